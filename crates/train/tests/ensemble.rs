//! Ensembles against the means that they stand for.

use tapegrad_core::{DType, Tensor, no_grad, tape};
use tapegrad_nn::{Forward, Linear, Module};
use tapegrad_train::Ensemble;

fn members() -> (Vec<Linear>, Tensor) {
    let members: Vec<Linear> = (0..3).map(|_| Linear::new(4, 3)).collect();
    members.iter().for_each(|member| member.to_dtype(DType::F64));
    (members, Tensor::randn([5, 4]).to_dtype(DType::F64))
}

#[test]
fn scores_are_the_logarithm_of_the_mean_probability() {
    let (members, x) = members();
    let mean = members.iter().map(|member| member.call(&x).softmax(1)).sum::<Tensor>() / 3;
    let ensemble = Ensemble::of_scores(members);
    assert!(ensemble.call(&x).exp().allclose(&mean, 1e-12, 0.0));
    assert!(ensemble.call(&x).softmax(1).allclose(&mean, 1e-12, 0.0), "a score of its own");
    // Where a probability is no number any more, its logarithm still is.
    let far = no_grad(|| ensemble.call(&(x * 1e4)));
    assert!(far.isfinite().all().item() == 1.0, "{far}");
}

#[test]
fn values_are_the_mean() {
    let (members, x) = members();
    let mean = (members[0].call(&x) + members[1].call(&x) + members[2].call(&x)) / 3;
    assert!(Ensemble::of_values(members).call(&x).allclose(&mean, 1e-12, 0.0));
}

#[test]
fn it_is_a_module_of_its_members() {
    let ensemble = Ensemble::of_values(members().0);
    assert_eq!(ensemble.num_parameters(), 3 * 15);
    assert_eq!(ensemble.named_parameters()[2].0, "members.1.weight");
    let y = ensemble.call(&members().1);
    let line = line!() - 1;
    for edge in tape::graph(&[&y]).edges {
        assert_eq!((edge.site.file().ends_with("ensemble.rs"), edge.site.line()), (true, line), "{}", edge.op);
    }
}

#[test]
#[should_panic(expected = "Ensemble: no models")]
fn no_models_are_refused() {
    let _ = Ensemble::of_values(Vec::<Linear>::new());
}
