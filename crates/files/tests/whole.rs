//! What is at a path is always the whole of one write, and nothing stays beside it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use tapegrad_files::{remove, write_whole};

/// A fresh folder under the system's temporary one, removed with everything in it at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tapegrad-files-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("temporary folder");
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        names(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn parents_are_created_and_a_second_write_replaces_the_first() {
    let folder = Folder::new("parents");
    let path = folder.file("a/b/picture.svg");
    write_whole(&path, b"one, longer").unwrap();
    write_whole(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(names(path.parent().unwrap()), ["picture.svg"]);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("permissions");
    let path = folder.file("secret");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    write_whole(&path, b"old").unwrap();
    for wanted in [0o600, 0o640, 0o444] {
        fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!((mode(), fs::read(&path).unwrap()), (wanted, b"new".to_vec()));
    }
}

#[test]
fn a_failed_write_leaves_nothing_behind() {
    let folder = Folder::new("failed");
    fs::create_dir_all(folder.file("taken/inside")).unwrap();
    assert!(write_whole(&folder.file("taken"), b"bytes").is_err(), "a folder is not replaced by a file");
    fs::write(folder.file("file"), b"old").unwrap();
    assert!(write_whole(&folder.file("file/picture.svg"), b"bytes").is_err(), "a file is no folder");
    assert_eq!(folder.names(), ["file", "taken"]);
    assert_eq!(write_whole(Path::new(".."), b"").unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

const FULL: &str = "TAPEGRAD_TEST_FULL_DISK";

/// Writes more than the limit that its parent has set for the size of files.
#[test]
fn child_writes_more_than_it_may() {
    let Some(path) = std::env::var_os(FULL) else { return };
    let error = write_whole(Path::new(&path), &[1; 1 << 20]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
}

#[cfg(unix)]
#[test]
fn a_write_that_breaks_off_in_the_middle_leaves_the_old_file_alone() {
    let folder = Folder::new("full");
    fs::write(folder.file("weights"), b"old").unwrap();
    let child = Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; ulimit -f 8; exec "$0" --exact child_writes_more_than_it_may"#])
        .arg(std::env::current_exe().unwrap())
        .env(FULL, folder.file("weights"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(fs::read(folder.file("weights")).unwrap(), b"old");
    assert_eq!(folder.names(), ["weights"]);
}

#[test]
fn what_killed_writers_left_is_removed_and_what_others_write_is_not() {
    let folder = Folder::new("abandoned");
    let abandoned = [".run.0123456789abcdef.tmp", ".run.fedcba9876543210.tmp"];
    let others = [
        ".other.0123456789abcdef.tmp",
        ".run.0123456789abcde.tmp",
        ".run.0123456789abcdef",
        ".run.x.0123456789abcdef.tmp",
        ".run.not-one-of-ours.tmp",
        "run.0123456789abcdef.tmp",
    ];
    for name in abandoned.iter().chain(&others) {
        fs::write(folder.file(name), b"half").unwrap();
    }
    let written_now = File::create(folder.file(".run.aaaaaaaaaaaaaaaa.tmp")).unwrap();
    written_now.lock().unwrap();
    write_whole(&folder.file("run"), b"whole").unwrap();
    let mut expected = [&others[..], &[".run.aaaaaaaaaaaaaaaa.tmp", "run"]].concat();
    expected.sort_unstable();
    assert_eq!(folder.names(), expected);
    drop(written_now);
    write_whole(&folder.file("run"), b"whole").unwrap();
    expected.retain(|name| !name.contains("aaaa"));
    assert_eq!(folder.names(), expected);
}

#[test]
fn writers_of_one_path_at_once_all_succeed_and_a_reader_always_finds_a_whole_file() {
    let folder = Folder::new("at_once");
    let path = folder.file("run");
    write_whole(&path, &[0; 5000]).unwrap();
    thread::scope(|scope| {
        let path = &path;
        let writers: Vec<_> = (1..=4)
            .map(|writer: u8| scope.spawn(move || (0..50).try_for_each(|_| write_whole(path, &[writer; 5000]))))
            .collect();
        while writers.iter().any(|writer| !writer.is_finished()) {
            let bytes = fs::read(path).unwrap();
            assert!(bytes.len() == 5000 && bytes.iter().all(|byte| *byte == bytes[0]), "of two writes");
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap().unwrap());
    });
    assert_eq!(folder.names(), ["run"]);
}

#[test]
fn a_removed_file_is_gone_and_one_that_is_not_there_is_no_error() {
    let folder = Folder::new("removed");
    write_whole(&folder.file("run"), b"").unwrap();
    remove(&folder.file("run")).unwrap();
    remove(&folder.file("run")).unwrap();
    assert!(folder.names().is_empty());
    assert!(remove(&folder.0).is_err(), "a folder is no file");
}
