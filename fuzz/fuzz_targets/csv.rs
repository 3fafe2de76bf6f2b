//! Any bytes as a CSV file: a table whose columns have as many fields as it has rows, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tapegrad_data::csv::Table;
use tapegrad_fuzz::within;

// An empty field is one byte of a file and a place among strings, numbers and categories.
fuzz_target!(|bytes: &[u8]| within(256, bytes, |bytes| {
    let Ok(table) = Table::from_reader(bytes, "f.csv") else { return };
    // Few, for a file may have as many columns as bytes, and each is looked up by name.
    for name in table.columns().iter().take(4) {
        assert_eq!(table.strings(name).expect("a column of the table").len(), table.n_rows());
        assert_eq!(table.categories(name).expect("a column of the table").codes.len(), table.n_rows());
        let _ = table.f64_with_missing(name, &["", "NA"]);
        let _ = table.i64(name);
    }
}));
