//! Placeholder of the program's first commit.

fn main() {}
