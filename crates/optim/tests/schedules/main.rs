//! Two hundred learning rates of every schedule beside PyTorch's.

use safetensors::SafeTensors;
use tapegrad_optim::schedule::{
    Constant, Cosine, CosineRestarts, Cyclic, CyclicMode, Exponential, Linear, MultiStep, OneCycle, Plateau,
    Polynomial, Schedule, Step,
};

/// What `generate.py` made.
const FILE: &[u8] = include_bytes!("values.safetensors");

fn file() -> SafeTensors<'static> {
    SafeTensors::deserialize(FILE).unwrap()
}

fn numbers(name: &str) -> Vec<f64> {
    let data = file().tensor(name).unwrap().data().to_vec();
    data.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect()
}

fn schedules() -> Vec<(&'static str, Box<dyn Schedule>)> {
    let steps = Exponential::new(0.1, 0.9).then(40, Step::new(0.1, 10, 0.5));
    vec![
        ("constant", Box::new(Constant::new(0.025).then(30, Constant::new(0.1)))),
        ("step", Box::new(Step::new(0.1, 30, 0.5))),
        ("multi_step", Box::new(MultiStep::new(0.1, [10, 50, 50, 130], 0.3))),
        ("exponential", Box::new(Exponential::new(0.1, 0.99998))),
        ("linear", Box::new(Linear::new(0.025, 0.08, 70))),
        ("polynomial", Box::new(Polynomial::new(0.1, 150, 1.7))),
        ("cosine", Box::new(Cosine::new(0.1, 200).min_lr(0.003))),
        ("cosine_restarts", Box::new(CosineRestarts::new(0.1, 25, 2).min_lr(0.003))),
        ("cosine_restarts equal", Box::new(CosineRestarts::new(0.1, 30, 1))),
        ("one_cycle", Box::new(OneCycle::new(0.7, 200))),
        ("one_cycle options", Box::new(OneCycle::new(0.7, 200).peak_at(0.4).factors(10.0, 50.0).straight())),
        ("one_cycle phases", Box::new(OneCycle::new(0.7, 200).three_phases())),
        ("cyclic", Box::new(Cyclic::new(0.01, 0.5, 17).down(30))),
        ("cyclic triangular2", Box::new(Cyclic::new(0.01, 0.5, 20).mode(CyclicMode::Triangular2))),
        ("cyclic exp_range", Box::new(Cyclic::new(0.01, 0.5, 20).mode(CyclicMode::ExpRange { gamma: 0.99 }))),
        ("lambda", Box::new(|step: usize| 0.1 / (1.0 + step as f64).sqrt())),
        ("sequential", Box::new(Constant::new(0.01).then(20, steps))),
    ]
}

fn plateaus() -> Vec<(&'static str, Plateau)> {
    let options = Plateau::new(0.1).factor(0.5).patience(3).threshold(0.01).cooldown(5).min_lr(0.002);
    vec![
        ("plateau", Plateau::new(0.1)),
        ("plateau options", options),
        ("plateau absolute", Plateau::new(0.1).factor(0.5).patience(4).threshold(0.005).absolute()),
        ("plateau larger", Plateau::new(0.1).larger().factor(0.5).patience(20).threshold(0.001)),
    ]
}

#[track_caller]
fn assert_close(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!((found.len(), expected.len()), (200, 200), "{name}");
    for (step, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= 1e-12 * e.abs().max(1e-3), "{name}, step {step}: {f}, expected {e}");
    }
}

#[test]
fn every_schedule_has_pytorchs_first_two_hundred_values() {
    for (name, schedule) in schedules() {
        let found: Vec<f64> = (0..200).map(|step| schedule.lr(step)).collect();
        assert_close(name, &found, &numbers(name));
    }
}

#[test]
fn a_plateau_has_pytorchs_values() {
    let measures = numbers("measures");
    for (name, mut plateau) in plateaus() {
        let found: Vec<f64> = measures.iter().map(|&measure| plateau.step(measure)).collect();
        assert_close(name, &found, &numbers(name));
        assert!(found[199] < 0.1, "{name}: it fell");
        assert_eq!(plateau.lr(), found[199]);
    }
}

#[test]
fn a_plateau_goes_on_from_its_state() {
    let measures = numbers("measures");
    for (name, fresh) in plateaus() {
        for at in [0, 70, 130] {
            let (mut plateau, mut other) = (fresh.clone(), fresh.clone());
            for &measure in &measures[..at] {
                plateau.step(measure);
            }
            other.load_state_dict(&plateau.state_dict()).unwrap();
            for &measure in &measures[at..] {
                assert_eq!(other.step(measure), plateau.step(measure), "{name} from {at}");
            }
        }
    }
    let mut state = Plateau::new(0.1).state_dict();
    state.remove("Plateau.lr");
    let error = Plateau::new(0.1).load_state_dict(&state).unwrap_err();
    assert_eq!(error.to_string(), "load_state_dict: this is not the state of this Plateau; missing: Plateau.lr");
}

#[test]
fn the_file_and_the_list_have_the_same_schedules() {
    let mut listed: Vec<&str> = schedules().iter().map(|(name, _)| *name).collect();
    listed.extend(plateaus().iter().map(|(name, _)| *name));
    listed.push("measures");
    listed.sort();
    let file = file();
    let mut found = file.names();
    found.sort();
    assert_eq!(found, listed);
}

#[test]
fn schedules_stay_where_they_end() {
    assert_eq!([4, 5, 1000].map(|step| Linear::new(0.1, 0.2, 4).lr(step)), [0.2; 3]);
    assert_eq!([4, 5, 1000].map(|step| Polynomial::new(0.1, 4, 2.0).lr(step)), [0.0; 3]);
    assert_eq!([4, 5, 1000].map(|step| Cosine::new(0.1, 4).min_lr(0.01).lr(step)), [0.01; 3]);
    let cycle = OneCycle::new(0.5, 10);
    assert_eq!([10, 1000].map(|step| cycle.lr(step)), [cycle.lr(9); 2]);
}

#[test]
fn schedules_of_no_or_few_steps_give_numbers() {
    for step in 0..3 {
        assert_eq!(Linear::new(0.1, 0.2, 0).lr(step), 0.2);
        assert_eq!(Cosine::new(0.1, 0).lr(step), 0.0);
        assert_eq!(Polynomial::new(0.1, 0, 1.0).lr(step), 0.0);
        assert_eq!(Constant::new(0.1).warm_up(0).lr(step), 0.1);
        for steps in 1..4 {
            for peak in [0.0, 0.3, 1.0] {
                let schedule = OneCycle::new(0.5, steps).peak_at(peak);
                for schedule in [schedule.clone(), schedule.three_phases()] {
                    let lr = schedule.lr(step);
                    assert!((0.0..=0.5).contains(&lr), "{lr} at {step} of {steps}, peak at {peak}");
                }
            }
        }
    }
}

#[test]
fn a_warm_up_leads_to_the_schedules_first_value() {
    let schedule = Cosine::new(0.4, 10).warm_up(4);
    let expected = [0.1, 0.2, 0.4 * 3.0 / 4.0, 0.4, 0.4];
    assert_eq!([0, 1, 2, 3, 4].map(|step| schedule.lr(step)), expected);
    assert_eq!(schedule.lr(7), Cosine::new(0.4, 10).lr(3));
}
