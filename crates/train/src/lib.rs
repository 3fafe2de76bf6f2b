//! What training a model takes beside the model: [`metrics`], which say how good it is.

pub mod metrics;
