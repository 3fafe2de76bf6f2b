//! All that is needed to go on with a training, in one file.

mod container;
mod file;
mod kept;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tapegrad_core::{DType, Rng, RngState, Tensor, default_rng, fail};
use tapegrad_nn::{Module, StateDict};
use tapegrad_optim::{Optimizer, Rule};

use crate::error::Error;
use container::Content;
pub(crate) use file::write_whole;
pub use kept::Checkpoints;

const MODEL: &str = "model";
const OPTIMIZER: &str = "optimizer";
const RNG: &str = "rng";
const NUMBERS: &str = "numbers";

/// A model, its optimiser and this thread's random numbers as they stand, with further states, numbers and texts by name.
///
/// It is a snapshot: later training does not change it. [`save`](Checkpoint::save) writes one file with a checksum, so that at any
/// moment, whatever stops the program, the file is the old one or the new one; [`load`](Checkpoint::load) finds out if it is
/// damaged; [`restore`](Checkpoint::restore) brings everything back or changes nothing.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Linear, Module};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::Checkpoint;
///
/// # let path = std::env::temp_dir().join(format!("checkpoint-{}.tgc", std::process::id()));
/// let net = Linear::new(3, 1);
/// let mut opt = Adam::new(net.parameters(), 1e-2);
/// net.call(&Tensor::rand([8, 3])).square().mean().backward();
/// opt.step();
/// Checkpoint::of(&net, &opt).with_number("epoch", 1.0).with_text("data", "digits").save(&path)?;
///
/// // In another run:
/// let net = Linear::new(3, 1);
/// let mut opt = Adam::new(net.parameters(), 1e-2);
/// let checkpoint = Checkpoint::load(&path)?;
/// checkpoint.restore(&net, &mut opt)?;
/// let epoch = checkpoint.number("epoch")? as usize;
/// assert_eq!((epoch, checkpoint.text("data")?), (1, "digits"));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), tapegrad_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoint {
    content: Content,
    /// For errors.
    from: String,
}

impl Checkpoint {
    /// The model, its optimiser and the default generator of this thread, as they stand.
    pub fn of<M: Module + ?Sized, R: Rule>(model: &M, optimizer: &Optimizer<R>) -> Self {
        let checkpoint = Checkpoint { content: Content::default(), from: "checkpoint".to_string() };
        checkpoint
            .put(MODEL, model.state_dict().iter())
            .put(OPTIMIZER, &optimizer.state_dict())
            .put(RNG, [("default", generator_to_tensor(&default_rng(|rng| rng.state())))])
    }

    /// A further state, such as that of a schedule or of an average: `with_state("plateau", &plateau.state_dict())`.
    ///
    /// # Panics
    /// If the name is empty, has a `/`, or is one of `model`, `optimizer`, `rng` and `numbers`.
    #[track_caller]
    pub fn with_state(
        self,
        name: &str,
        state: impl IntoIterator<Item = (impl AsRef<str>, impl Borrow<Tensor>)>,
    ) -> Self {
        if name.is_empty() || name.contains('/') || [MODEL, OPTIMIZER, RNG, NUMBERS].contains(&name) {
            fail!("with_state: a state named {name:?}, expected a name without \"/\" that the checkpoint does not use");
        }
        self.put(name, state)
    }

    /// A number. Counts are exact up to 2^53.
    pub fn with_number(self, name: &str, number: f64) -> Self {
        self.put(NUMBERS, [(name, Tensor::from(number))])
    }

    /// A text.
    pub fn with_text(mut self, name: &str, text: &str) -> Self {
        self.content.texts.insert(name.to_string(), text.to_string());
        self
    }

    /// Another generator of random numbers: `with_rng("augmentation", &rng)`.
    ///
    /// # Panics
    /// If the name is `default`.
    #[track_caller]
    pub fn with_rng(self, name: &str, rng: &Rng) -> Self {
        if name == "default" {
            fail!("with_rng: \"default\" is the thread's generator, which the checkpoint has anyway");
        }
        self.put(RNG, [(name, generator_to_tensor(&rng.state()))])
    }

    fn put(mut self, place: &str, state: impl IntoIterator<Item = (impl AsRef<str>, impl Borrow<Tensor>)>) -> Self {
        for (name, tensor) in state {
            self.content.tensors.insert(format!("{place}/{}", name.as_ref()), tensor.borrow());
        }
        self
    }

    /// Stores the model's and the optimiser's state in them, and in this thread's default generator where it stood. Their options
    /// are not part of it: build both as they were built.
    ///
    /// # Errors
    /// If a state is not that of the model, of the optimiser, or of a generator. Nothing is changed then.
    pub fn restore<M: Module + ?Sized, R: Rule>(&self, model: &M, optimizer: &mut Optimizer<R>) -> Result<(), Error> {
        let rng = self.rng("default")?;
        let before = optimizer.state_dict();
        optimizer
            .load_state_dict(self.state(OPTIMIZER)?)
            .map_err(|cause| Error::Optimizer { from: self.from.clone(), cause })?;
        if let Err(error) = self.restore_model(model) {
            optimizer.load_state_dict(&before).expect("its own state");
            return Err(error);
        }
        default_rng(|default| *default = rng);
        Ok(())
    }

    /// Stores the model's state alone, for use without training.
    ///
    /// # Errors
    /// If it is not that of the model. Nothing is changed then.
    pub fn restore_model<M: Module + ?Sized>(&self, model: &M) -> Result<(), Error> {
        let state: StateDict = self.state(MODEL)?.into_iter().collect();
        model.load_state_dict(&state).map_err(|cause| Error::Model { from: self.from.clone(), cause })
    }

    /// A state, as it was put in: also `model` and `optimizer`. A state of no tensors is the same as none.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn state(&self, name: &str) -> Result<BTreeMap<String, Tensor>, Error> {
        let found: BTreeMap<String, Tensor> = self.within(name).collect();
        if found.is_empty() {
            let names = self.content.tensors.iter().filter_map(|(path, _)| path.split_once('/'));
            let mut names: Vec<&str> = names.map(|(place, _)| place).collect();
            names.dedup();
            return Err(self.missing("state", name, names));
        }
        Ok(found)
    }

    /// A number.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn number(&self, name: &str) -> Result<f64, Error> {
        self.content.tensors.get(&format!("{NUMBERS}/{name}")).filter(|x| x.numel() == 1).map(Tensor::item).ok_or_else(
            || {
                let names: Vec<String> = self.within(NUMBERS).map(|(name, _)| name).collect();
                self.missing("number", name, names)
            },
        )
    }

    /// A text.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn text(&self, name: &str) -> Result<&str, Error> {
        let found = self.content.texts.get(name).map(String::as_str);
        found.ok_or_else(|| self.missing("text", name, self.content.texts.keys()))
    }

    /// A generator of random numbers that stands where the one put in stood.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn rng(&self, name: &str) -> Result<Rng, Error> {
        let state = self.content.tensors.get(&format!("{RNG}/{name}")).and_then(generator_from_tensor);
        state.map(Rng::from_state).ok_or_else(|| {
            let names: Vec<String> = self.within(RNG).map(|(name, _)| name).collect();
            self.missing("generator", name, names)
        })
    }

    fn within(&self, place: &str) -> impl Iterator<Item = (String, Tensor)> {
        let tensors = self.content.tensors.iter();
        tensors.filter_map(move |(path, tensor)| {
            let name = path.strip_prefix(place)?.strip_prefix('/')?;
            Some((name.to_string(), tensor.clone()))
        })
    }

    fn missing(&self, kind: &str, name: &str, names: impl IntoIterator<Item = impl Into<String>>) -> Error {
        let names = names.into_iter().map(Into::into).collect();
        Error::Missing { from: self.from.clone(), what: format!("{kind} {name:?}"), names }
    }

    /// Writes the checkpoint, in the place of one that is there; folders are made if need be. The bytes are on the disk when this
    /// returns, and until then the old file is there.
    ///
    /// # Errors
    /// If the file cannot be written ([`Error::Write`]).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), &self.to_bytes()?)
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    /// If the file cannot be read, is no checkpoint, is of another version, cut short, or damaged.
    pub fn load(path: impl AsRef<Path>) -> Result<Checkpoint, Error> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|cause| Error::Read { path: path.into(), cause })?;
        Checkpoint::parse(&bytes, path.display().to_string())
    }

    /// The bytes that [`save`](Checkpoint::save) writes. The same content gives the same bytes.
    ///
    /// # Errors
    /// If a tensor is of a type that safetensors files do not have.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        container::to_bytes(&self.content).map_err(|cause| Error::Model { from: self.from.clone(), cause })
    }

    /// Reads the bytes of a checkpoint.
    ///
    /// # Errors
    /// If they are none, of another version, cut short, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Checkpoint, Error> {
        Checkpoint::parse(bytes, "checkpoint".to_string())
    }

    fn parse(bytes: &[u8], from: String) -> Result<Checkpoint, Error> {
        Ok(Checkpoint { content: container::from_bytes(bytes, &from)?, from })
    }
}

/// Where a generator stands: four words of the key, the nonce, and two words of the position.
fn generator_to_tensor(state: &RngState) -> Tensor {
    let (key, _) = state.seed.as_chunks::<8>();
    let words = key.iter().map(|word| i64::from_le_bytes(*word));
    Tensor::from_iter(words.chain([state.stream as i64, state.position as i64, (state.position >> 64) as i64]))
}

fn generator_from_tensor(tensor: &Tensor) -> Option<RngState> {
    if (tensor.dtype(), tensor.shape()) != (DType::I64, &[7]) {
        return None;
    }
    let words = tensor.to_vec::<i64>().ok()?;
    let mut seed = [0; 32];
    for (part, word) in seed.chunks_exact_mut(8).zip(&words) {
        part.copy_from_slice(&word.to_le_bytes());
    }
    let position = u128::from(words[5] as u64) | u128::from(words[6] as u64) << 64;
    Some(RngState { seed, stream: words[4] as u64, position })
}
