use std::collections::HashMap;
use tapegrad_nn::{Linear, Module};

struct Config;

#[derive(Module)]
struct Net {
    first: Linear,
    config: Config,
    table: Option<HashMap<String, Linear>>,
}

fn main() {}
