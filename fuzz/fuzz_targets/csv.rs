//! Any bytes as a CSV file: a table whose columns have as many fields as it has rows, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tapegrad_data::csv::Table;

fuzz_target!(|bytes: &[u8]| {
    let Ok(table) = Table::from_reader(bytes, "f.csv") else { return };
    for name in table.columns() {
        assert_eq!(table.strings(name).expect("a column of the table").len(), table.n_rows());
        assert_eq!(table.categories(name).expect("a column of the table").codes.len(), table.n_rows());
        let _ = table.f64_with_missing(name, &["", "NA"]);
        let _ = table.i64(name);
    }
});
