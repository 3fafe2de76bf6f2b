//! Arrays that are cut into several tasks, beside plain loops over all of their elements.

use tapegrad_kernels::reduce::Extreme;
use tapegrad_kernels::{Array, product, reduce, sort};

const ROWS: usize = 70_001;
const COLUMNS: usize = 3;

/// Different numbers, none near an edge of a task larger or smaller than the others by its place.
fn numbers(n: usize) -> Vec<f64> {
    (0..n as u64).map(|i| ((i * 48_271) % 2_147_483_647) as f64 / 1e6 - 900.0).collect()
}

fn rows(xs: &[f64], of: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    xs.chunks(COLUMNS).map(of).collect()
}

fn most(row: &[f64]) -> f64 {
    row.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn least(row: &[f64]) -> f64 {
    row.iter().copied().fold(f64::INFINITY, f64::min)
}

fn place(row: &[f64], value: f64) -> i64 {
    row.iter().position(|&x| x == value).unwrap() as i64
}

#[test]
fn extremes_of_rows_and_of_all() {
    let xs = numbers(ROWS * COLUMNS);
    let x = Array::from_slice(&[ROWS, COLUMNS], &xs);
    for (which, of) in [(Extreme::Max, most as fn(&[f64]) -> f64), (Extreme::Min, least)] {
        let expected = rows(&xs, of);
        assert_eq!(reduce::extreme(which, &x, &[1]).as_slice::<f64>().unwrap(), expected);
        assert_eq!(reduce::extreme(which, &x, &[0, 1]).as_slice::<f64>().unwrap(), [of(&xs)]);
        let (values, places) = reduce::extreme_with_index(which, &x, &[1]);
        assert_eq!(values.as_slice::<f64>().unwrap(), expected);
        let expected: Vec<i64> = xs.chunks(COLUMNS).map(|row| place(row, of(row))).collect();
        assert_eq!(places.as_slice::<i64>().unwrap(), expected);
    }
}

#[test]
fn extremes_down_the_columns_of_many_groups() {
    let xs = numbers(ROWS * 4);
    let x = Array::from_slice(&[ROWS, 2, 2], &xs);
    let (values, places) = reduce::extreme_with_index(Extreme::Max, &x, &[1]);
    let (values, places) = (values.as_slice::<f64>().unwrap(), places.as_slice::<i64>().unwrap());
    for (group, (value, place)) in xs.chunks(4).zip(values.chunks(2).zip(places.chunks(2))) {
        for column in 0..2 {
            let [first, second] = [group[column], group[2 + column]];
            assert_eq!((value[column], place[column]), (first.max(second), i64::from(second > first)));
        }
    }
}

#[test]
fn truth_of_rows() {
    // Rows with a false are as rare as an odd prime.
    let flags: Vec<bool> = (0..ROWS * COLUMNS).map(|i| i % 7919 != 5).collect();
    let found = reduce::all_are(true, &Array::from_slice(&[ROWS, COLUMNS], &flags), &[1]);
    let expected: Vec<bool> = flags.chunks(COLUMNS).map(|row| row.iter().all(|&flag| flag)).collect();
    assert_eq!(found.as_slice::<bool>().unwrap(), expected);
}

#[test]
fn products_of_rows_and_of_all() {
    // Powers of two, so that no product is rounded; quotients of neighbours, so that the product of all stays small.
    let powers: Vec<i32> = numbers(ROWS * COLUMNS + 1).into_iter().map(|x| (x * 1e6) as i32 % 5).collect();
    let xs: Vec<f64> = powers.windows(2).map(|pair| f64::from(pair[0] - pair[1]).exp2()).collect();
    let x = Array::from_slice(&[ROWS, COLUMNS], &xs);
    let expected = rows(&xs, |row| row.iter().product());
    assert_eq!(product::prod(&x, &[1]).as_slice::<f64>().unwrap(), expected);
    assert_eq!(product::prod(&x, &[0, 1]).as_slice::<f64>().unwrap(), [xs.iter().product::<f64>()]);
}

#[test]
fn rows_in_order_and_their_medians() {
    let xs = numbers(ROWS * COLUMNS);
    let x = Array::from_slice(&[ROWS, COLUMNS], &xs);
    let sorted: Vec<Vec<f64>> = (xs.chunks(COLUMNS))
        .map(|row| {
            let mut row = row.to_vec();
            row.sort_by(f64::total_cmp);
            row
        })
        .collect();
    let (values, places) = sort::first_in_order(&x, 1, COLUMNS, false);
    assert_eq!(values.as_slice::<f64>().unwrap(), sorted.concat());
    let places = places.as_slice::<i64>().unwrap();
    for ((row, order), sorted) in xs.chunks(COLUMNS).zip(places.chunks(COLUMNS)).zip(&sorted) {
        assert!(order.iter().zip(sorted).all(|(&place, &value)| row[place as usize] == value));
    }
    let (medians, _) = sort::median(&x, 1);
    let expected: Vec<f64> = sorted.iter().map(|row| row[1]).collect();
    assert_eq!(medians.as_slice::<f64>().unwrap(), expected);
}
