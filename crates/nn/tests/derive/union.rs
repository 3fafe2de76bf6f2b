use tapegrad_nn::Module;

#[derive(Module)]
union Either {
    a: f32,
    b: u32,
}

fn main() {}
