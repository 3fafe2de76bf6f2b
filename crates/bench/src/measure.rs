//! Running one workload: warm-up, measured steps, and the line that reports them.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::workloads::Workload;

/// Warm-up lasts this long, and five steps at least: the fifth loss is reported.
const WARM_UP: Duration = Duration::from_millis(300);
const WARM_STEPS: usize = 5;
/// A median of fewer says little.
const LEAST_STEPS: usize = 3;

/// Runs the workload on `threads` threads for `seconds` after the warm-up and gives the JSON line.
pub fn measure(workload: &Workload, threads: usize, seconds: f64) -> String {
    tapegrad_core::set_num_threads(threads);
    let mut step = (workload.build)();
    let (mut losses, start) = (Vec::new(), Instant::now());
    while losses.len() < WARM_STEPS || start.elapsed() < WARM_UP {
        losses.push(step());
    }
    let (mut times, start) = (Vec::new(), Instant::now());
    while times.len() < LEAST_STEPS || start.elapsed().as_secs_f64() < seconds {
        let begin = Instant::now();
        losses.push(step());
        times.push(begin.elapsed().as_secs_f64());
    }
    let ms = median(&mut times) * 1e3;
    let (peer, name, steps) = (concat!("tapegrad-", env!("CARGO_PKG_VERSION")), workload.name, times.len());
    let [first, fifth, last] = [losses[0], losses[WARM_STEPS - 1], losses[losses.len() - 1]].map(number);
    let mut line = format!(
        r#"{{"peer": "{peer}", "workload": "{name}", "threads": {threads}, "ms_per_step": {ms:.5}, "steps": {steps}, "first_loss": {first}, "loss5": {fifth}, "final_loss": {last}"#
    );
    let mut field = |name: &str, value: f64| write!(line, r#", "{name}": {value:.1}"#).expect("a string takes all");
    if let Some(bytes) = peak_rss() {
        field("peak_rss_mb", bytes as f64 / (1 << 20) as f64);
    }
    if let Some(ops) = workload.ops {
        field("ns_per_op", ms * 1e6 / f64::from(ops));
    }
    line.push('}');
    line
}

/// The mean of the middle two, where there is no middle one.
fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    let half = times.len() / 2;
    if times.len() % 2 == 1 { times[half] } else { (times[half - 1] + times[half]) / 2.0 }
}

/// A number as Python's json module writes and reads it: JSON proper has no name for what is not finite.
fn number(v: f64) -> String {
    match v {
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        v => format!("{v:?}"),
    }
}

/// The most memory that the process has had resident, where the system keeps it in `/proc`, as Linux does. The line leaves the
/// field out elsewhere: what other systems offer needs `unsafe`.
fn peak_rss() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?;
    Some(kib.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_middle_two() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn numbers_are_written_as_python_reads_them() {
        assert_eq!([0.5, f64::NAN, f64::NEG_INFINITY].map(number), ["0.5", "NaN", "-Infinity"]);
    }
}
