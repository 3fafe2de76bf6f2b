//! NPY and NPZ files as NumPy reads them.

use std::fs;
use std::process::Command;

use ndarray::{Array2, Array3, arr0, array};
use tapegrad_data::npy;
use tapegrad_data::npz::NpzWriter;

/// Where Python has NumPy, its own reader is asked. The bytes are compared with those of its own writer in any case, by the tests of
/// both formats.
#[test]
fn numpy_reads_what_was_written() {
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    if !Command::new(&python).args(["-c", "import numpy"]).output().is_ok_and(|run| run.status.success()) {
        println!("no NumPy in {python:?}: the committed bytes are what was compared");
        return;
    }
    let folder = std::env::temp_dir().join(format!("tapegrad-numpy-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let images = Array3::from_shape_fn((2, 3, 4), |(i, row, column)| (100 * i + 10 * row + column) as u8);
    npy::write(folder.join("images.npy"), &images).unwrap();
    let mut archive = NpzWriter::new();
    archive.add("weights", &array![[0.5, -1.0], [f64::INFINITY, 1e-300]].reversed_axes()).unwrap();
    archive.add("labels", &array![i64::MIN, 0, i64::MAX]).unwrap();
    archive.add("flags", &array![true, false]).unwrap();
    archive.add("scalar", &arr0(2.5f32)).unwrap();
    archive.add("empty", &Array2::<f32>::zeros((0, 3))).unwrap();
    archive.save(folder.join("state.npz")).unwrap();
    // NumPy's own values, built by its own means.
    let asked = "
import sys, numpy as np
folder = sys.argv[1]
def same(found, expected):
    assert found.dtype == expected.dtype and found.shape == expected.shape and (found == expected).all(), (found, expected)
i, row, column = np.indices((2, 3, 4))
same(np.load(folder + '/images.npy'), (100 * i + 10 * row + column).astype(np.uint8))
state = np.load(folder + '/state.npz')
assert sorted(state.files) == ['empty', 'flags', 'labels', 'scalar', 'weights'], state.files
same(state['weights'], np.array([[0.5, np.inf], [-1.0, 1e-300]]))
same(state['labels'], np.array([-2**63, 0, 2**63 - 1]))
same(state['flags'], np.array([True, False]))
same(state['scalar'], np.array(2.5, np.float32))
same(state['empty'], np.zeros((0, 3), np.float32))
print('read')
";
    let run = Command::new(&python).args(["-c", asked]).arg(&folder).output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(String::from_utf8_lossy(&run.stdout).trim(), "read");
}
