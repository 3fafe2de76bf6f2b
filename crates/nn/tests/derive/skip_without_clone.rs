use tapegrad_nn::Module;

struct Config;

#[derive(Module)]
struct Net {
    #[module(skip)]
    config: Config,
}

fn main() {}
