//! Event files as TensorBoard reads them.

use std::fs;
use std::path::Path;
use std::process::Command;

use tapegrad_core::{Tensor, tensor};
use tapegrad_train::TensorBoard;
use tapegrad_viz::ImageGrid;

/// Where Python has `tensorboard`, its own reader is asked for every value. The bytes are compared with those of its own writer in
/// any case, by a test beside the writer.
#[test]
fn tensorboards_reader_reads_what_was_written() {
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let has_tensorboard = Command::new(&python).args(["-c", "import tensorboard"]).output();
    if !has_tensorboard.is_ok_and(|run| run.status.success()) {
        println!("no tensorboard in {python:?}: the committed bytes are what was compared");
        return;
    }
    let folder = std::env::temp_dir().join(format!("tapegrad-tensorboard-{}", std::process::id()));
    let mut log = TensorBoard::new(&folder).unwrap();
    for step in 0..2000 {
        log.scalar("loss", step, 1.0 / (1.0 + step as f64)).unwrap();
    }
    log.scalar("accuracy", 1 << 33, f64::NEG_INFINITY).unwrap();
    log.histogram("weights", 3, &tensor![[-1.0, 0.5], [2.0, f32::NAN]]).unwrap();
    log.histogram("labels", 3, &Tensor::arange(0, 4)).unwrap();
    let picture = ImageGrid::gray(ndarray::Array3::from_elem((1, 4, 5), 200).view()).draw().unwrap();
    log.image("digits", 4, &picture).unwrap();
    drop(log);
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tensorboard/read.py");
    let run = Command::new(&python).arg(reader).arg(&folder).output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let (width, height) = picture.size();
    assert_eq!(String::from_utf8_lossy(&run.stdout).trim(), format!("read, a picture of {width} x {height}"));
}

#[test]
fn writers_of_one_folder_have_files_of_their_own_and_a_folder_that_cannot_be_is_an_error() {
    let folder = std::env::temp_dir().join(format!("tapegrad-tensorboards-{}", std::process::id()));
    let logs = [0; 3].map(|_| TensorBoard::new(folder.join("run")).unwrap());
    assert!(logs[0].path() != logs[1].path() && logs[1].path() != logs[2].path());
    let message = TensorBoard::new(logs[0].path()).unwrap_err().to_string();
    assert!(message.contains("cannot be written"), "{message}");
    fs::remove_dir_all(&folder).unwrap();
}
