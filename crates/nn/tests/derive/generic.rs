use tapegrad_nn::{Linear, Module};

#[derive(Module)]
struct Wrap<M> {
    inner: M,
}

struct Other;

fn main() {
    let _ = Wrap { inner: Linear::new(1, 1) }.parameters();
    let _ = Wrap { inner: Other }.parameters();
}
