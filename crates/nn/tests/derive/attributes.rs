use tapegrad_nn::{Linear, Module};

#[derive(Module)]
struct Misspelt {
    #[module(skipped)]
    first: Linear,
}

#[derive(Module)]
struct Dotted {
    #[module(name = "a.b")]
    first: Linear,
}

#[derive(Module)]
#[module(layer)]
struct Unknown {
    first: Linear,
}

fn main() {}
