//! The loader: the same batches for any number of workers, from any place on; a failing item is named and nothing hangs.

use ndarray::{Array1, Array2, Array3, Axis, arr0, array};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};
use tapegrad_data::{
    Arrays, Collate, DataLoader, Dataset, Error, LoaderState, Rng, Stream, class_weights, from_fn, shuffled_batches,
};

const WORKERS: [usize; 4] = [0, 1, 4, 33];

/// Runs `work` in a thread of its own, and fails if it takes longer than half a minute: a test of what must not hang.
fn soon<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || sender.send(work()).ok());
    match receiver.recv_timeout(Duration::from_secs(30)) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Ok(_) => panic!("ended without a value"),
            Err(payload) => std::panic::resume_unwind(payload),
        },
    }
}

/// The batches or the messages of an epoch.
fn all<B: Send + 'static>(loader: &DataLoader<B>, epoch: u64) -> Vec<Result<B, String>> {
    loader.epoch(epoch).map(|batch| batch.map_err(|error| error.to_string())).collect()
}

/// Rows that tell their number, with noise of the item and of the batch.
fn noisy(n: usize) -> DataLoader<(Array2<f64>, Array1<i64>)> {
    let x = Array2::from_shape_fn((n, 3), |(row, column)| (row * 10 + column) as f64);
    let y = Array1::from_iter(0..n as i64);
    DataLoader::with_transform(Arrays::new((x, y)), |(x, y), rng| (x.mapv(|v| v + rng.normal()), y))
        .map_batches(|(x, y), rng| (x + rng.unit(), y))
        .map_batches(|(x, y), rng| (x * rng.unit(), y))
}

fn numbers(n: usize) -> Arrays<Vec<usize>> {
    Arrays::new((0..n).collect())
}

/// The numbers as a stream.
fn counted(n: usize) -> Stream<impl Fn(u64) -> Box<dyn Iterator<Item = Result<usize, Error>> + Send>> {
    Stream::new(move |_| Box::new((0..n).map(Ok)) as Box<dyn Iterator<Item = _> + Send>)
}

#[test]
fn batches_do_not_depend_on_the_number_of_workers() {
    soon(|| {
        for epoch in 0..3 {
            let made = WORKERS.map(|workers| all(&noisy(103).batch_size(8).shuffle(5).workers(workers), epoch));
            assert_eq!(made[0].len(), 13);
            for other in &made[1..] {
                assert_eq!(&made[0], other);
            }
        }
        let weights: Vec<f64> = (0..103).map(f64::from).collect();
        let drawn = WORKERS.map(|workers| all(&noisy(103).batch_size(8).weighted(&weights, 5).workers(workers), 1));
        assert!(drawn.iter().all(|batches| *batches == drawn[0]));
    });
}

#[test]
fn batches_of_a_stream_do_not_depend_on_the_number_of_workers() {
    soon(|| {
        let made = WORKERS.map(|workers| {
            let loader = DataLoader::with_transform(counted(103), |n, rng| n as f64 + rng.unit());
            all(&loader.map_batches(|x, rng| x * rng.unit()).batch_size(8).shuffle(5).window(20).workers(workers), 2)
        });
        assert_eq!(made[0].len(), 13);
        assert!(made.iter().all(|batches| *batches == made[0]));
    });
}

#[test]
fn each_change_of_a_batch_has_numbers_of_its_own() {
    let drawn = DataLoader::new(numbers(2)).map_batches(|_, rng| vec![rng.unit()]);
    let drawn = drawn.map_batches(|a, rng| [a, vec![rng.unit()]].concat());
    for batch in all(&drawn.map_batches(|ab, rng| [ab, vec![rng.unit()]].concat()), 0) {
        let [a, b, c] = batch.unwrap()[..] else { panic!("three numbers") };
        assert!(a != b && b != c && a != c, "{a} {b} {c}");
    }
}

#[test]
fn an_epoch_has_every_item_once_in_the_order_of_shuffled_batches() {
    let in_order = all(&DataLoader::new(numbers(10)).batch_size(4), 3);
    assert_eq!(in_order, [Ok(array![0, 1, 2, 3]), Ok(array![4, 5, 6, 7]), Ok(array![8, 9])]);
    let shuffled = all(&DataLoader::new(numbers(100)).batch_size(7).shuffle(9), 4);
    let expected: Vec<_> = shuffled_batches(100, 7, 9, 4).into_iter().map(|rows| Ok(Array1::from(rows))).collect();
    assert_eq!(shuffled, expected);
    assert_ne!(shuffled, all(&DataLoader::new(numbers(100)).batch_size(7).shuffle(9), 5), "epochs differ");
}

#[test]
fn smaller_last_batches_are_left_out_when_asked() {
    for (n, batches, kept) in [(0, 0, 0), (3, 1, 0), (4, 1, 1), (5, 2, 1), (8, 2, 2)] {
        let whole = DataLoader::new(numbers(n)).batch_size(4);
        assert_eq!((whole.batches(), all(&whole, 0).len()), (Some(batches), batches));
        let dropped = whole.drop_last();
        assert_eq!((dropped.batches(), all(&dropped, 0).len()), (Some(kept), kept));
        assert_eq!(all(&DataLoader::new(counted(n)).batch_size(4).drop_last(), 0).len(), kept);
        assert_eq!(all(&DataLoader::new(counted(n)).batch_size(4), 0).len(), batches);
    }
}

/// The numbers of an item are those of its key: whoever makes it, in whatever batch, after whatever else.
#[test]
fn randomness_of_an_item_depends_on_seed_epoch_and_index_alone() {
    let drawn = |batch_size, epoch| -> Vec<(usize, u64)> {
        let loader =
            DataLoader::with_transform(numbers(20), |n, rng| (n, rng.next_u64())).batch_size(batch_size).shuffle(3);
        let mut drawn: Vec<(usize, u64)> = loader
            .epoch(epoch)
            .flat_map(|batch| batch.map(|(n, r)| n.to_vec().into_iter().zip(r.to_vec())).unwrap())
            .collect();
        drawn.sort_unstable();
        drawn
    };
    let expected: Vec<(usize, u64)> = (0..20).map(|n| (n, Rng::of_item(3, 6, n).next_u64())).collect();
    assert_eq!(drawn(1, 6), expected);
    assert_eq!(drawn(7, 6), expected);
    assert_ne!(drawn(7, 7), expected);
}

#[test]
fn an_item_that_is_drawn_twice_is_changed_in_two_ways() {
    let loader = DataLoader::with_transform(numbers(2), |n, rng| (n, rng.next_u64())).weighted([0.0, 1.0], 0).draws(50);
    let drawn: Vec<(usize, u64)> = loader.epoch(0).map(|batch| batch.map(|(n, r)| (n[0], r[0])).unwrap()).collect();
    assert!(drawn.iter().all(|&(n, _)| n == 1));
    assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), 50);
}

#[test]
fn class_weights_make_rare_classes_as_frequent_as_others() {
    let classes: Vec<usize> = (0..1000).map(|row| usize::from(row % 20 == 0)).collect();
    let loader = DataLoader::new(Arrays::new(classes.clone())).batch_size(1000).weighted(class_weights(&classes), 1);
    let drawn = loader.epoch(0).next().unwrap().unwrap();
    // Five standard deviations of 1000 tosses of a coin.
    assert!((drawn.sum() as f64 - 500.0).abs() < 80.0, "{}", drawn.sum());
}

#[test]
fn a_resumed_epoch_has_the_rest_bit_for_bit() {
    soon(|| {
        for workers in WORKERS {
            let loader = noisy(50).batch_size(7).shuffle(11).workers(workers);
            let whole = all(&loader, 2);
            for done in 0..=whole.len() {
                let mut epoch = loader.epoch(2);
                for _ in 0..done {
                    epoch.next();
                }
                let state = epoch.state();
                assert_eq!(state, LoaderState { epoch: 2, batch: done });
                let rest: Vec<_> =
                    loader.resume(state).unwrap().map(|batch| batch.map_err(|e| e.to_string())).collect();
                assert_eq!(rest, whole[done..]);
            }
            let stream = DataLoader::new(counted(50)).batch_size(7).shuffle(11).window(9).workers(workers);
            let rest: Vec<_> = stream.resume(LoaderState { epoch: 1, batch: 3 }).unwrap().map(Result::unwrap).collect();
            let whole: Vec<_> = stream.epoch(1).map(Result::unwrap).collect();
            assert_eq!(rest, whole[3..]);
        }
    });
    let error = noisy(50).batch_size(7).resume(LoaderState { epoch: 3, batch: 9 }).unwrap_err();
    assert_eq!(error.to_string(), "resume: batch 9 of epoch 3, expected a batch of 8 or the end");
}

#[test]
fn a_failing_item_is_named_and_the_batches_after_it_come() {
    soon(|| {
        for workers in WORKERS {
            let data = from_fn(10, |index| if index == 5 { Err(Error::other("out of ink")) } else { Ok(index) });
            let batches = all(&DataLoader::new(data).batch_size(2).workers(workers), 0);
            assert_eq!(batches[2], Err("item 5: out of ink".to_owned()));
            assert_eq!((batches.len(), &batches[3]), (5, &Ok(array![6, 7])));

            let items = move |_| (0..10).map(|n| if n == 5 { Err(Error::other("out of ink")) } else { Ok(n) });
            let stream = all(&DataLoader::new(Stream::new(items)).batch_size(2).workers(workers), 0);
            assert_eq!(stream[2], Err("item 5: out of ink".to_owned()));
            assert_eq!((stream.len(), &stream[3]), (5, &Ok(array![6, 7])));
        }
    });
}

#[test]
fn a_panicking_item_is_named_and_the_batches_after_it_come() {
    soon(|| {
        for workers in WORKERS {
            let data = numbers(10).map(|n| if n == 5 { panic!("no {n}") } else { n });
            let batches = all(&DataLoader::new(data).batch_size(2).workers(workers), 0);
            assert_eq!(batches[2], Err("item 5: panicked: no 5".to_owned()));
            assert_eq!((batches.len(), &batches[3]), (5, &Ok(array![6, 7])));

            let transform = |n: usize, _: &mut Rng| if n == 5 { std::panic::panic_any(5) } else { n };
            let batches = all(&DataLoader::with_transform(numbers(10), transform).batch_size(2).workers(workers), 0);
            assert_eq!(batches[2], Err("item 5: panicked: with a value that is no text".to_owned()));

            // A stream that panicked is not asked again.
            let items = |_| (0..10).map(|n| if n == 5 { panic!("no {n}") } else { Ok(n) });
            let stream = all(&DataLoader::new(Stream::new(items)).batch_size(2).workers(workers), 0);
            assert_eq!(stream, [Ok(array![0, 1]), Ok(array![2, 3]), Err("item 5: panicked: no 5".to_owned())]);

            let unopened = move |_| if workers < 100 { panic!("no file") } else { [Ok(1)] };
            let stream = all(&DataLoader::new(Stream::new(unopened)).workers(workers), 0);
            assert_eq!(stream, [Err("item 0: panicked: no file".to_owned())]);
        }
    });
}

#[test]
fn a_stream_that_fails_in_a_batch_to_be_left_out_is_an_error() {
    soon(|| {
        for workers in WORKERS {
            let items = |_| (0..5).map(|n| if n == 4 { Err(Error::other("out of ink")) } else { Ok(n) });
            let loader = DataLoader::new(Stream::new(items)).batch_size(2).drop_last().workers(workers);
            assert_eq!(all(&loader, 0), [Ok(array![0, 1]), Ok(array![2, 3]), Err("item 4: out of ink".to_owned())]);

            let unopened = move |_| if workers < 100 { panic!("no file") } else { [Ok(1)] };
            let loader = DataLoader::new(Stream::new(unopened)).batch_size(2).drop_last().workers(workers);
            assert_eq!(all(&loader, 0), [Err("item 0: panicked: no file".to_owned())]);
        }
    });
}

#[test]
fn what_fails_for_a_whole_batch_names_the_batch() {
    soon(|| {
        for workers in WORKERS {
            let collate = |items: Vec<usize>, _: &mut Rng| match items[0] {
                2 => Err(Error::other("two is odd")),
                4 => panic!("four"),
                _ => Ok(items),
            };
            let loader = DataLoader::with_collate(numbers(10), collate).batch_size(2).workers(workers);
            let batches = all(&loader.map_batches(|items, _| if items[0] == 6 { panic!("six") } else { items }), 0);
            let message = |text: &str| Err(text.to_owned());
            assert_eq!(
                batches,
                [
                    Ok(vec![0, 1]),
                    message("batch 1: two is odd"),
                    message("batch 2: panicked: four"),
                    message("batch 3: panicked: six"),
                    Ok(vec![8, 9])
                ]
            );
        }
    });
}

#[test]
fn an_item_of_another_shape_is_named() {
    let images = numbers(6).map(|n| Array2::<f32>::zeros((2, if n == 4 { 5 } else { 3 })));
    let batches = all(&DataLoader::new(images).batch_size(3), 0);
    assert_eq!(batches[1], Err("item 4: shape [2, 5], expected [2, 3] as the first item of its batch".to_owned()));
}

/// The one of another shape has the place 1, in a batch of one item.
#[test]
fn arrays_of_another_shape_within_an_item_name_the_batch() {
    /// Several arrays, which are put together with those of the other items.
    #[derive(Clone)]
    struct Several(Vec<Array1<f64>>);

    impl Collate for Several {
        type Batch = Array2<f64>;

        fn collate(items: Vec<Self>) -> Result<Self::Batch, Error> {
            let arrays: Vec<Array1<f64>> = items.into_iter().flat_map(|item| item.0).collect();
            Collate::collate(arrays)
        }
    }

    soon(|| {
        let expected = [Err("batch 0: shape [2], expected [1] as the first item of its batch".to_owned())];
        for workers in [0, 2] {
            let arrays = vec![array![1.0], array![1.0, 2.0]];
            let collate = |items: Vec<Vec<Array1<f64>>>, _: &mut Rng| Collate::collate(items.concat());
            let loader = DataLoader::with_collate(Arrays::new(vec![arrays.clone()]), collate).workers(workers);
            assert_eq!(all(&loader, 0), expected);
            let loader = DataLoader::new(Arrays::new(vec![Several(arrays)])).workers(workers);
            assert_eq!(all(&loader, 0), expected);
        }
    });
}

/// Tells when it is dropped.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Counted(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Every worker holds a value of its thread; after the epoch is dropped there is none left.
#[test]
fn an_epoch_that_is_dropped_midway_has_joined_its_threads() {
    thread_local! {
        static HELD: std::cell::RefCell<Option<Counted>> = const { std::cell::RefCell::new(None) };
    }
    soon(|| {
        for taken in [0, 1, 5] {
            let threads = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&threads);
            let data = from_fn(1000, move |index| {
                HELD.with(|held| {
                    held.borrow_mut().get_or_insert_with(|| Counted::new(&count)).0.load(Ordering::SeqCst)
                });
                Ok(index)
            });
            let loader = DataLoader::new(data).batch_size(2).workers(4);
            let mut epoch = loader.epoch(0);
            for _ in 0..taken {
                epoch.next().unwrap().unwrap();
            }
            drop(epoch);
            assert_eq!(threads.load(Ordering::SeqCst), 0, "after {taken} batches");
        }
        // One that never ends, too.
        let threads = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&threads);
        let stream = Stream::new(move |_| {
            let held = Counted::new(&count);
            (0_usize..).map(move |n| Ok((n, &held).0))
        });
        let mut epoch = DataLoader::new(stream).batch_size(2).shuffle(1).workers(3).epoch(0);
        epoch.next().unwrap().unwrap();
        drop(epoch);
        assert_eq!(threads.load(Ordering::SeqCst), 0);
    });
}

/// To fill the window would take five seconds.
#[test]
fn an_epoch_that_is_dropped_does_not_fill_the_window_first() {
    soon(|| {
        let slow = |_| {
            (0_usize..).map(|n| {
                thread::sleep(Duration::from_millis(5));
                Ok(n)
            })
        };
        let epoch = DataLoader::new(Stream::new(slow)).shuffle(1).workers(1).epoch(0);
        thread::sleep(Duration::from_millis(20));
        let begin = Instant::now();
        drop(epoch);
        assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
    });
}

#[test]
fn workers_are_ahead_by_their_prefetch_and_no_more() {
    soon(|| {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let data = from_fn(1000, move |index| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(index)
        });
        let mut epoch = DataLoader::new(data).workers(3).prefetch(4).epoch(0);
        for taken in 0..20 {
            // A worker goes on until it has its batches ready, and then waits.
            while asked.load(Ordering::SeqCst) < taken + 12 {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(5));
            assert_eq!(asked.load(Ordering::SeqCst), taken + 12);
            epoch.next().unwrap().unwrap();
        }
    });
}

/// A value that panics as it is dropped kills the worker outside of all that is caught.
#[test]
fn a_worker_that_dies_is_an_error_and_not_the_end() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !thread::panicking() {
                panic!("dropped");
            }
        }
    }
    soon(|| {
        let stream = Stream::new(|_| {
            let bomb = Bomb;
            (0..6).map(move |n| Ok((n, &bomb).0))
        });
        let batches = all(&DataLoader::new(stream).batch_size(3).workers(2), 0);
        assert_eq!(batches[..2], [Ok(array![0, 1, 2]), Ok(array![3, 4, 5])]);
        assert_eq!(batches[2..], [Err("batch 2: panicked: dropped".to_owned())]);
    });
}

#[test]
fn a_shuffled_stream_has_every_item_once_and_in_another_order_each_epoch() {
    let read = |epoch| -> Vec<usize> {
        DataLoader::new(counted(500)).shuffle(4).window(50).epoch(epoch).map(|batch| batch.unwrap()[0]).collect()
    };
    let (first, second) = (read(0), read(1));
    assert_ne!(first, second);
    assert_eq!(first.iter().copied().collect::<BTreeSet<_>>(), (0..500).collect());
    assert_eq!(first.len(), 500);
    assert!(first.iter().enumerate().all(|(place, &n)| n < place + 50), "none comes before it was read");
    assert!(!first[..100].is_sorted());
}

#[test]
fn a_window_shuffles_only_what_is_shuffled_wherever_it_is_said() {
    let stream = || DataLoader::new(counted(200)).batch_size(200);
    let in_order = [Ok::<_, String>(Array1::from_iter(0..200_usize))];
    assert_eq!(all(&stream().window(50), 0), in_order);
    assert_eq!(all(&stream().window(1).shuffle(4), 0), in_order);
    let shuffled = all(&stream().window(50).shuffle(4), 0);
    assert_ne!(shuffled, in_order);
    assert_eq!(shuffled, all(&stream().shuffle(4).window(50), 0));
    assert_eq!(all(&stream().shuffle(4), 0), all(&stream().shuffle(4).window(1000), 0), "1,000 unless said");
}

#[test]
fn a_place_behind_the_end_of_a_stream_has_no_batch() {
    soon(|| {
        for workers in WORKERS {
            let stream = DataLoader::new(counted(10)).batch_size(2).workers(workers).map_batches(|batch, _| batch);
            for batch in [5, 6, usize::MAX] {
                assert!(stream.resume(LoaderState { epoch: 0, batch }).unwrap().next().is_none(), "{batch}");
            }
        }
    });
}

#[test]
fn items_of_several_parts_become_batches_of_several_arrays() {
    let data =
        Arrays::new((Array3::<f32>::zeros((5, 2, 3)).into_dyn(), vec!["a"; 5], array![true, false, true, true, false]));
    let data = data.map(|(x, name, flag)| (x, name.to_owned(), flag, vec![1_u8; 2]));
    let (x, names, flags, lists) = DataLoader::new(data).batch_size(5).epoch(0).next().unwrap().unwrap();
    assert_eq!((x.shape(), names.len(), flags.len(), lists[4].len()), (&[5, 2, 3][..], 5, 5, 2));
    let rows = Arrays::new(array![[1, 2], [3, 4]].into_shared());
    let stacked = Collate::collate(vec![rows.get(1).unwrap(), rows.get(0).unwrap()]).unwrap();
    assert_eq!(stacked.index_axis(Axis(0), 0), array![3, 4]);
    let wide = Collate::collate(vec![(1_isize, 2_i128, 3_u128), (-1, -2, 0)]).unwrap();
    assert_eq!(wide, (array![1, -1], array![2, -2], array![3, 0]));
}

#[test]
#[should_panic(expected = "Arrays: parts of [3, 2] rows, expected as many in each")]
fn parts_of_different_lengths_are_refused() {
    let _ = Arrays::new((vec![1, 2, 3], vec![1, 2]));
}

#[test]
#[should_panic(expected = "Arrays: parts of [2, 1] rows, expected as many in each")]
fn parts_of_different_lengths_within_a_part_are_refused() {
    let _ = Arrays::new(((vec![1, 2], vec![1]), vec![1, 2]));
}

#[test]
#[should_panic(expected = "Arrays: an array without an axis, expected at least one")]
fn an_array_without_an_axis_is_refused() {
    let _ = Arrays::new(arr0(1.0).into_dyn());
}

#[test]
#[should_panic(expected = "subset: row 3, expected rows below 3")]
fn rows_outside_the_data_set_are_refused() {
    let _ = numbers(3).subset([0, 3]);
}

#[test]
#[should_panic(expected = "weighted: 2 weights, expected 3, one for each row")]
fn weights_of_another_number_are_refused() {
    let _ = DataLoader::new(numbers(3)).weighted([1.0, 2.0], 0);
}

#[test]
#[should_panic(expected = "weighted: the weights sum to 0, expected a finite sum above 0")]
fn weights_that_are_all_0_are_refused() {
    let _ = DataLoader::new(numbers(2)).weighted([0.0, 0.0], 0);
}

#[test]
#[should_panic(expected = "weighted: the weights sum to inf, expected a finite sum above 0")]
fn weights_of_an_infinite_sum_are_refused() {
    let _ = DataLoader::new(numbers(2)).weighted([1e308, 1e308], 0);
}

#[test]
#[should_panic(expected = "draws: 1 of a data set without items")]
fn draws_of_a_data_set_without_items_are_refused() {
    let _ = DataLoader::new(numbers(0)).weighted([0.0; 0], 0).draws(1);
}

#[test]
fn draws_without_replacement_have_no_item_twice_and_do_not_depend_on_the_number_of_workers() {
    let weights: Vec<f64> = (0..50).map(|row| f64::from(row % 5)).collect();
    let loader = |workers| DataLoader::new(numbers(50)).weighted(&weights, 3).without_replacement().workers(workers);
    let rows = |epoch| -> Vec<usize> { all(&loader(0), epoch).into_iter().flat_map(Result::unwrap).collect() };
    assert_eq!(loader(0).batches(), Some(40));
    let mut sorted = rows(0);
    sorted.sort_unstable();
    assert_eq!(sorted, (0..50).filter(|row| row % 5 > 0).collect::<Vec<_>>(), "all that have a weight");
    assert_ne!(rows(0), rows(1));
    let workers = WORKERS.map(|workers| all(&loader(workers), 0));
    assert!(workers.iter().all(|batches| *batches == workers[0]));
    let first: Vec<usize> = all(&loader(0).draws(7), 0).into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(first, rows(0)[..7]);
}

#[test]
#[should_panic(expected = "draws: 3 without replacement, expected at most 2, the items that have a weight")]
fn more_draws_without_replacement_than_items_with_a_weight_are_refused() {
    let _ = DataLoader::new(numbers(3)).weighted([1.0, 0.0, 2.0], 0).draws(3).without_replacement();
}

#[test]
#[should_panic(expected = "without_replacement: items that are not drawn, expected `weighted` before")]
fn without_replacement_of_a_shuffled_loader_is_refused() {
    let _ = DataLoader::new(numbers(3)).shuffle(0).without_replacement();
}
