use tapegrad_core::Tensor;
use tapegrad_nn::Module;

#[derive(Module)]
struct Net {
    weight: Tensor,
}

fn main() {}
