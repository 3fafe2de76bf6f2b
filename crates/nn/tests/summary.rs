//! The table of a model's parts, against numbers reckoned by hand, and the names of a model's parts in what is drawn.

use std::collections::BTreeSet;
use tapegrad_core::{Tensor, cost, tape};
use tapegrad_nn::*;

/// LeNet-5, on images of 28 by 28.
#[derive(Module)]
struct LeNet {
    conv1: Conv2d,
    conv2: Conv2d,
    classifier: Sequential,
    dropout: Dropout,
}

impl LeNet {
    fn new() -> Self {
        LeNet {
            conv1: Conv2d::new(1, 6, 5).padding(2),
            conv2: Conv2d::new(6, 16, 5),
            classifier: Sequential::from((
                Linear::new(400, 120),
                ReLU::new(),
                Linear::new(120, 84),
                ReLU::new(),
                Linear::new(84, 10),
            )),
            dropout: Dropout::new(0.5),
        }
    }
}

impl Forward for LeNet {
    fn forward(&self, x: &Tensor) -> Tensor {
        let x = self.conv1.call(x).relu().max_pool2d(&tapegrad_core::MaxPool2dOptions::new([2, 2]));
        let x = self.conv2.call(&x).relu().max_pool2d(&tapegrad_core::MaxPool2dOptions::new([2, 2]));
        self.classifier.call(&self.dropout.call(&x.flatten_dims(1, -1)))
    }
}

#[test]
fn lenets_table_has_the_numbers_reckoned_by_hand() {
    let table = summary(&LeNet::new(), &Tensor::zeros([2, 1, 28, 28]));
    let rows: Vec<_> =
        table.rows.iter().map(|row| (&row.path[..], row.type_name, row.parameters, row.multiply_adds)).collect();
    // Two images; a convolution's multiply-adds are height x width x channels out x (channels in x 5 x 5).
    let (conv1, conv2) = (2 * 28 * 28 * 6 * 25, 2 * 10 * 10 * 16 * 6 * 25);
    let (linear1, linear2, linear3) = (2 * 400 * 120, 2 * 120 * 84, 2 * 84 * 10);
    let classifier = linear1 + linear2 + linear3;
    let expected = [
        ("", "LeNet", 61_706, conv1 + conv2 + classifier),
        ("conv1", "Conv2d", 6 * 25 + 6, conv1),
        ("conv2", "Conv2d", 16 * 6 * 25 + 16, conv2),
        ("classifier", "Sequential", 59_134, classifier),
        ("classifier.0", "Linear", 400 * 120 + 120, linear1),
        ("classifier.1", "ReLU", 0, 0),
        ("classifier.2", "Linear", 120 * 84 + 84, linear2),
        ("classifier.3", "ReLU", 0, 0),
        ("classifier.4", "Linear", 84 * 10 + 10, linear3),
        ("dropout", "Dropout", 0, 0),
    ];
    assert_eq!(rows, expected);
    let shapes: Vec<_> = table.rows.iter().map(|row| row.outputs[0].clone()).collect();
    assert_eq!(shapes[..5], [vec![2, 10], vec![2, 6, 28, 28], vec![2, 16, 10, 10], vec![2, 10], vec![2, 120]]);
    assert_eq!((table.parameters, table.trainable, table.bytes), (61_706, 61_706, 4 * 61_706));
}

#[test]
fn the_printed_table_is_readable() {
    let net = Sequential::from((Linear::new(3, 1000), Tanh::new(), Linear::new(1000, 2)));
    net.named_parameters()[0].1.set_requires_grad(false);
    let expected = "\
layer       type    output     parameters  multiply-adds
--------------------------------------------------------
Sequential          [1, 2]          6,002          5,000
  0         Linear  [1, 1000]       4,000          3,000
  1         Tanh    [1, 1000]           -              -
  2         Linear  [1, 2]          2,002          2,000
6,002 parameters (3,000 frozen), 23.4 KiB, 5,000 multiply-adds";
    assert_eq!(summary(&net, &Tensor::zeros([1, 3])).to_string(), expected);
}

#[test]
fn parts_of_a_list_stand_under_the_model_with_the_lists_name() {
    #[derive(Module)]
    struct Net {
        levels: Vec<Sequential>,
        level: Linear,
    }
    impl Forward for Net {
        fn forward(&self, x: &Tensor) -> Tensor {
            self.level.call(&self.levels.iter().fold(x.clone(), |x, level| level.call(&x)))
        }
    }
    let level = || Sequential::from((Linear::new(2, 2), Tanh::new()));
    let net = Net { levels: vec![level(), level()], level: Linear::new(2, 1) };
    let table = summary(&net, &Tensor::zeros([1, 2])).to_string();
    let names: Vec<&str> = table.lines().skip(2).take(8).map(|line| line[..12].trim_end()).collect();
    assert_eq!(names, ["Net", "  levels.0", "    0", "    1", "  levels.1", "    0", "    1", "  level"], "{table}");
}

#[test]
fn a_summary_leaves_modes_statistics_and_the_tape_as_they_were() {
    let net = Sequential::from((BatchNorm1d::new(3), Dropout::new(0.5)));
    let (before, stats) = (net.state_dict(), tape::stats());
    summary(&net, &Tensor::ones([4, 3]));
    for ((name, now), (_, then)) in net.state_dict().iter().zip(before.iter()) {
        assert!(now.equal(then), "{name}");
    }
    assert_eq!(tape::stats(), stats);
    let y = net.call(&Tensor::ones([4, 3]));
    assert_eq!(net.state_dict().get("0.num_batches_tracked").unwrap().item(), 1.0, "it trains: {y}");
}

#[test]
fn what_is_called_twice_or_not_at_all_is_told_so() {
    #[derive(Module)]
    struct Net {
        shared: Linear,
        unused: Linear,
    }
    impl Forward for Net {
        fn forward(&self, x: &Tensor) -> Tensor {
            self.shared.call(&self.shared.call(x))
        }
    }
    let table = summary(&Net { shared: Linear::new(3, 3), unused: Linear::new(3, 5) }, &Tensor::zeros([7, 3]));
    let [_, shared, unused] = &table.rows[..] else { panic!("{table}") };
    assert_eq!((shared.calls, shared.multiply_adds), (2, 2 * 7 * 9));
    assert_eq!((unused.calls, unused.outputs.len(), unused.parameters), (0, 0, 20));
    assert!(table.to_string().contains("Linear x2"), "{table}");
}

#[test]
fn several_inputs_and_outputs_are_summarised() {
    let table = summary(&LSTM::new(3, 4), &Sequences { x: Tensor::zeros([5, 2, 3]), state: None, lengths: None });
    assert_eq!(table.rows[0].outputs, [vec![5, 2, 4], vec![1, 2, 4], vec![1, 2, 4]]);
    // Of each of 5 steps and 2 sequences, 4 gates of 4 units from 3 inputs and 4 units.
    assert_eq!(table.multiply_adds(), 5 * 2 * 16 * (3 + 4));
}

#[test]
fn every_part_of_a_transformers_layer_is_seen() {
    let net = TransformerEncoderLayer::new(8, 2).dim_feedforward(16);
    let table = summary(&net, &Tensor::zeros([5, 3, 8]));
    let row = |path: &str| table.rows.iter().find(|row| row.path == path).unwrap();
    // 5 places of 3 sequences: projections of 8 to 4 x 8, and 5 x 5 pairs of 8 products there and 8 back.
    assert_eq!(row("self_attn").multiply_adds, 15 * (4 * 64) + 3 * 25 * 16);
    assert_eq!(row("linear1").multiply_adds, 15 * 8 * 16);
    assert_eq!(table.multiply_adds(), 15 * (4 * 64 + 2 * 128) + 3 * 25 * 16);
    for part in ["self_attn", "linear1", "linear2", "norm1", "norm2", "dropout", "dropout1", "dropout2"] {
        assert_eq!(row(part).calls, 1, "{part}");
    }
}

#[test]
fn a_wrong_shape_in_a_summary_names_the_line_that_asks_for_it() {
    let net = Sequential::from((Linear::new(3, 2), Linear::new(3, 2)));
    let line = line!() + 1;
    let wrong = std::panic::AssertUnwindSafe(|| summary(&net, &Tensor::zeros([1, 3])));
    let panic = std::panic::catch_unwind(wrong).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains(&format!("summary.rs:{line}")), "{message}");
}

#[test]
fn a_watched_models_edges_carry_the_paths_of_its_parts() {
    #[derive(Module)]
    struct Block {
        linear: Linear,
    }
    impl Forward for Block {
        fn forward(&self, x: &Tensor) -> Tensor {
            x + self.linear.call(x).tanh()
        }
    }
    #[derive(Module)]
    struct Net {
        blocks: Vec<Block>,
        head: Sequential,
    }
    impl Forward for Net {
        fn forward(&self, x: &Tensor) -> Tensor {
            let x = self.blocks.iter().fold(x.clone(), |x, block| block.call(&x));
            self.head.call(&x).square()
        }
    }
    let block = || Block { linear: Linear::new(2, 2) };
    let other = Linear::new(2, 2);
    let head = Sequential::from((Linear::new(2, 1), Func(move |x: &Tensor| other.call(&x.broadcast_to([1, 2])).exp())));
    let net = Net { blocks: vec![block(), block()], head };
    let watch = tape::watch();
    let y = net.call(&Tensor::ones([1, 2])).sum();
    let graph = watch.graph(&[&y]);
    let scopes: BTreeSet<(&str, Option<&str>)> =
        graph.edges.iter().map(|edge| (edge.op, edge.scope.as_deref())).collect();
    let has = |op, scope| assert!(scopes.contains(&(op, scope)), "{op} in {scope:?}: {scopes:?}");
    has("linear", Some("Net.blocks.0.linear"));
    has("linear", Some("Net.blocks.1.linear"));
    has("add", Some("Net.blocks.1"));
    has("linear", Some("Net.head.0"));
    has("exp", Some("Net.head.1"));
    // A layer that is no part of the model has its type's name.
    has("linear", Some("Net.head.1.Linear"));
    has("square", Some("Net"));
    has("sum", None);
}

#[test]
fn observers_see_what_each_call_costs() {
    let net = Sequential::from((Linear::new(2, 3), Linear::new(3, 1)));
    let counting = cost::count();
    let (y, calls) = observe(&net, || net.call(&Tensor::ones([5, 2])).sum());
    y.backward();
    assert_eq!(calls.iter().map(|call| call.multiply_adds).collect::<Vec<_>>(), [30, 15, 45]);
    assert_eq!(counting.multiply_adds(), 45, "a walk is not counted");
}
