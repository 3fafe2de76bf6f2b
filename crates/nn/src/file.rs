//! States as safetensors files, which the `safetensors` package reads and PyTorch with it, and the other way round.

use std::fs;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};

use crate::error::Error;
use crate::state::StateDict;
use tapegrad_core::{DType, Tensor};
use tapegrad_files::write_whole;

impl StateDict {
    /// Writes a safetensors file, in the place of one that is there; missing folders are made. Whatever stops the program, the file
    /// is the old one or the new one.
    ///
    /// ```
    /// use tapegrad_nn::{Linear, Module, StateDict};
    /// let path = std::env::temp_dir().join(format!("linear-{}.safetensors", std::process::id()));
    /// let (a, b) = (Linear::new(3, 2), Linear::new(3, 2));
    /// a.state_dict().save(&path)?;
    /// b.load_state_dict(&StateDict::load(&path)?)?;
    /// assert!(b.weight.equal(&a.weight));
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), tapegrad_nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written. The old one is still there then.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let bytes = self.to_bytes().map_err(|error| error.in_file(path))?;
        write_whole(path, &bytes).map_err(|source| Error::Io { path: path.to_owned(), source })
    }

    /// Reads a safetensors file of F32, F64, I64 and BOOL tensors.
    ///
    /// # Errors
    /// If the file cannot be read, is none, or holds a tensor of another type.
    pub fn load(path: impl AsRef<Path>) -> Result<StateDict, Error> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        StateDict::from_bytes(&bytes).map_err(|error| error.in_file(path))
    }

    /// The bytes of a safetensors file: what [`save`](StateDict::save) writes, for a place of your own. The same values give the same
    /// bytes.
    ///
    /// ```
    /// use tapegrad_nn::{Linear, Module, StateDict};
    /// let state = Linear::new(3, 2).state_dict();
    /// let again = StateDict::from_bytes(&state.to_bytes()?)?;
    /// assert!(again.get("weight").unwrap().equal(state.get("weight").unwrap()));
    /// # Ok::<(), tapegrad_nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a value's type is not one of such files.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let wrong = |tensor: &str, what| Error::Bytes { tensor: Some(tensor.to_string()), what };
        let mut tensors = Vec::with_capacity(self.len());
        for (name, value) in self.iter() {
            let (dtype, bytes) =
                stored(value).ok_or_else(|| wrong(name, format!("{} is not a type of such files", value.dtype())))?;
            tensors.push((name, dtype, value.shape(), bytes));
        }
        let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
            let view =
                TensorView::new(*dtype, shape.to_vec(), bytes).map_err(|error| wrong(name, error.to_string()))?;
            Ok((*name, view))
        });
        serialize(views.collect::<Result<Vec<_>, Error>>()?, None)
            .map_err(|error| Error::Bytes { tensor: None, what: error.to_string() })
    }

    /// Reads the bytes of a safetensors file.
    ///
    /// # Errors
    /// If they are none, or hold a tensor of another type than F32, F64, I64 and BOOL.
    pub fn from_bytes(bytes: &[u8]) -> Result<StateDict, Error> {
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| Error::Bytes { tensor: None, what: format!("not a safetensors file: {error}") })?;
        file.iter()
            .map(|(name, view)| match value(view.dtype(), view.shape(), view.data()) {
                Ok(value) => Ok((name, value)),
                Err(what) => Err(Error::Bytes { tensor: Some(name.to_string()), what }),
            })
            .collect()
    }
}

/// The type and the bytes of a tensor as it lies in a file, row-major and little-endian; `None` of a type that files do not have.
fn stored(value: &Tensor) -> Option<(Dtype, Vec<u8>)> {
    macro_rules! bytes {
        ($t:ty) => {
            value.to_vec::<$t>().expect("asked for its own type").into_iter().flat_map(|v| v.to_le_bytes()).collect()
        };
    }
    Some(match value.dtype() {
        DType::F32 => (Dtype::F32, bytes!(f32)),
        DType::F64 => (Dtype::F64, bytes!(f64)),
        DType::I64 => (Dtype::I64, bytes!(i64)),
        DType::Bool => {
            (Dtype::BOOL, value.to_vec::<bool>().expect("asked for its own type").into_iter().map(u8::from).collect())
        }
        _ => return None,
    })
}

/// The tensor of a file's bytes, or what is wrong with it.
fn value(dtype: Dtype, shape: &[usize], bytes: &[u8]) -> Result<Tensor, String> {
    macro_rules! elements {
        ($t:ty) => {{
            let (elements, _) = bytes.as_chunks::<{ size_of::<$t>() }>();
            Tensor::from_vec(elements.iter().map(|v| <$t>::from_le_bytes(*v)).collect::<Vec<$t>>(), shape)
        }};
    }
    let tensor = match dtype {
        Dtype::F32 => elements!(f32),
        Dtype::F64 => elements!(f64),
        Dtype::I64 => elements!(i64),
        Dtype::BOOL => Tensor::from_vec(bytes.iter().map(|&b| b != 0).collect::<Vec<bool>>(), shape),
        other => return Err(format!("found elements of type {other}, expected F32, F64, I64 or BOOL")),
    };
    tensor.map_err(|error| error.to_string())
}
