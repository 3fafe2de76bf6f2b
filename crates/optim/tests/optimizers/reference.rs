//! Twenty steps beside PyTorch's, in f64.

use super::{ALL, values};
use safetensors::SafeTensors;
use tapegrad_core::Tensor;
use tapegrad_optim::Lbfgs;

/// What `generate.py` kept.
const FILE: &[u8] = include_bytes!("values.safetensors");

fn tensor(file: &SafeTensors<'_>, name: &str) -> Tensor {
    let view = file.tensor(name).unwrap();
    let elements = view.data().chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()));
    Tensor::from_vec(elements.collect(), view.shape()).unwrap()
}

#[test]
fn twenty_steps_of_every_optimiser_are_pytorchs() {
    let file = SafeTensors::deserialize(FILE).unwrap();
    let (x, y) = (tensor(&file, "x"), tensor(&file, "y"));
    for (name, make) in ALL {
        let (w, b) = (tensor(&file, "w").requires_grad(), tensor(&file, "b").requires_grad());
        let expected = values(&tensor(&file, name));
        let mut opt = make(&[w.clone(), b.clone()]);
        for (t, expected) in expected.chunks_exact(8).enumerate() {
            opt.zero_grad();
            ((x.matmul(&w) + &b).tanh() - &y).square().mean().backward();
            opt.step();
            let found = [values(&w), values(&b)].concat();
            for (f, e) in found.iter().zip(expected) {
                assert!((f - e).abs() <= 1e-9, "{name}, step {}: {found:?}, expected {expected:?}", t + 1);
            }
        }
    }
}

#[test]
fn the_file_and_the_list_have_the_same_optimisers() {
    let file = SafeTensors::deserialize(FILE).unwrap();
    let mut found: Vec<&str> =
        file.names().into_iter().filter(|name| name.len() > 1 && !name.starts_with("lbfgs")).collect();
    let mut listed: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
    found.sort();
    listed.sort();
    assert_eq!(found, listed);
}

#[test]
fn lbfgs_takes_pytorchs_way_through_rosenbrocks_valley() {
    let file = SafeTensors::deserialize(FILE).unwrap();
    type Make = fn(&Tensor) -> Lbfgs;
    let ways: [(&str, Make); 3] = [
        ("lbfgs", |p| Lbfgs::new([p], 1.0).iterations(4)),
        ("lbfgs history", |p| Lbfgs::new([p], 0.5).iterations(6).evaluations(9).history(2)),
        ("lbfgs fixed", |p| Lbfgs::new([p], 0.1).iterations(4).fixed_steps()),
    ];
    for (name, make) in ways {
        let p = Tensor::from([-1.2, 1.0]).requires_grad();
        let mut opt = make(&p);
        for (step, expected) in values(&tensor(&file, name)).chunks_exact(2).enumerate() {
            opt.step(|| (1.0 - p.i(0)).square() + (p.i(1) - p.i(0).square()).square() * 100.0);
            let found = values(&p);
            let close = found.iter().zip(expected).all(|(f, e)| (f - e).abs() <= 1e-6);
            assert!(close, "{name}, step {}: {found:?}, expected {expected:?}", step + 1);
        }
    }
}
