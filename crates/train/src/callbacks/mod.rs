//! Callbacks for what most trainings want, a file for each.

mod csv_log;
mod early_stopping;
mod on_plateau;
mod progress;
mod report;
mod tensorboard;

pub use csv_log::CsvLog;
pub use early_stopping::EarlyStopping;
pub use on_plateau::OnPlateau;
pub use progress::Progress;
pub use report::Report;
