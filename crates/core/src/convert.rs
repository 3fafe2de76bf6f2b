//! Between tensors and Rust's own data: numbers, nested arrays, vectors, ndarray.

use ndarray::{ArrayBase, ArrayD, Data, Dimension, IxDyn};

use crate::error::Error;
use crate::tensor::Tensor;
use tapegrad_kernels::{self as kernels, Array, DType, Element, checked_len};

/// A number, or an array of arrays of numbers: `1.0`, `[1.0, 2.0]`, `[[1, 2], [3, 4]]`.
pub trait Nested {
    /// The numbers' type.
    type Item: Copy;
    /// The lengths of the levels, outermost first.
    fn push_shape(shape: &mut Vec<usize>);
    /// The numbers in row-major order.
    fn push_items(&self, items: &mut Vec<Self::Item>);
}

/// A number of a [`tensor!`](crate::tensor) literal and the element it becomes: floats f32, integers i64, bool stays.
pub trait Literal: Copy {
    /// The element.
    type Element: Element;
    /// Converts the number.
    fn element(self) -> Self::Element;
}

macro_rules! scalars {
    ($($t:ty => $e:ty),*) => {$(
        impl Nested for $t {
            type Item = $t;
            fn push_shape(_: &mut Vec<usize>) {}
            fn push_items(&self, items: &mut Vec<$t>) {
                items.push(*self);
            }
        }
        impl Literal for $t {
            type Element = $e;
            fn element(self) -> $e {
                self as $e
            }
        }
    )*};
}
scalars!(f32 => f32, f64 => f32, i8 => i64, i16 => i64, i32 => i64, i64 => i64, u8 => i64, u16 => i64, u32 => i64, bool => bool);

impl<A: Nested, const N: usize> Nested for [A; N] {
    type Item = A::Item;
    fn push_shape(shape: &mut Vec<usize>) {
        shape.push(N);
        A::push_shape(shape);
    }
    fn push_items(&self, items: &mut Vec<A::Item>) {
        self.iter().for_each(|inner| inner.push_items(items));
    }
}

/// Shape and numbers of nested arrays.
fn flatten<A: Nested>(nested: &A) -> (Vec<usize>, Vec<A::Item>) {
    let (mut shape, mut items) = (Vec::new(), Vec::new());
    A::push_shape(&mut shape);
    nested.push_items(&mut items);
    (shape, items)
}

/// A tensor of the given numbers: floats of any Rust type give f32, integers i64, truth values bool.
///
/// ```
/// use tapegrad_core::{DType, tensor};
/// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!((x.shape(), x.dtype()), (&[2, 2][..], DType::F32));
/// assert_eq!(tensor![1, 2, 3].dtype(), DType::I64);
/// assert_eq!(tensor![true, false].dtype(), DType::Bool);
/// ```
#[macro_export]
macro_rules! tensor {
    ($($x:expr),* $(,)?) => { $crate::Tensor::from_literal([$($x),*]) };
}

impl Tensor {
    /// What [`tensor!`](crate::tensor) calls.
    #[doc(hidden)]
    pub fn from_literal<A: Nested<Item: Literal>>(nested: A) -> Tensor {
        let (shape, items) = flatten(&nested);
        let items: Vec<<A::Item as Literal>::Element> = items.into_iter().map(Literal::element).collect();
        Tensor::constant(Array::from_slice(&shape, &items))
    }

    /// A tensor of the given elements in row-major order.
    ///
    /// # Errors
    /// If their number is not the shape's.
    pub fn from_vec<T: Element>(elements: Vec<T>, shape: impl AsRef<[usize]>) -> Result<Tensor, Error> {
        let shape = shape.as_ref();
        let expected = checked_len(shape);
        if expected != Some(elements.len()) {
            let expected = expected.map_or_else(|| "more than the address space".to_string(), |n| n.to_string());
            return Err(Error::Length { context: "from_vec", found: elements.len(), shape: shape.to_vec(), expected });
        }
        Ok(Tensor::constant(Array::from_slice(shape, &elements)))
    }

    /// The elements in row-major order.
    ///
    /// # Errors
    /// If `T` is not the element type.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>, Error> {
        self.expect::<T>("to_vec")?;
        let value = kernels::contiguous(&self.value());
        Ok(value.as_slice::<T>().expect("made contiguous").to_vec())
    }

    /// The elements as an ndarray array of any number of axes.
    ///
    /// # Errors
    /// If `T` is not the element type.
    pub fn to_array<T: Element>(&self) -> Result<ArrayD<T>, Error> {
        let elements = self.to_vec::<T>()?;
        Ok(ArrayD::from_shape_vec(IxDyn(self.shape()), elements).expect("a tensor's elements fill its shape"))
    }

    /// The elements as an ndarray array with a fixed number of axes, such as `ndarray::Ix2`.
    ///
    /// # Errors
    /// If `T` is not the element type, or the number of axes differs.
    pub fn to_array_of<T: Element, D: Dimension>(&self) -> Result<ndarray::Array<T, D>, Error> {
        let array = self.to_array::<T>()?;
        let wrong =
            || Error::Rank { context: "to_array_of", shape: self.shape().to_vec(), expected: D::NDIM.unwrap_or(0) };
        array.into_dimensionality().map_err(|_| wrong())
    }

    fn expect<T: Element>(&self, context: &'static str) -> Result<(), Error> {
        let found: DType = self.dtype();
        if found == T::DTYPE { Ok(()) } else { Err(Error::DType { context, found, expected: T::DTYPE }) }
    }
}

/// A number or nested arrays, with the element type as it stands.
impl<A: Nested<Item: Element>> From<A> for Tensor {
    fn from(nested: A) -> Tensor {
        let (shape, items) = flatten(&nested);
        Tensor::constant(Array::from_slice(&shape, &items))
    }
}

/// One axis, with the element type as it stands.
impl<T: Element> From<Vec<T>> for Tensor {
    fn from(elements: Vec<T>) -> Tensor {
        Tensor::from(&elements[..])
    }
}

/// One axis, with the element type as it stands.
impl<T: Element> From<&[T]> for Tensor {
    fn from(elements: &[T]) -> Tensor {
        Tensor::constant(Array::from_slice(&[elements.len()], elements))
    }
}

/// An ndarray array or view of any layout, with the element type as it stands.
impl<T: Element, S: Data<Elem = T>, D: Dimension> From<&ArrayBase<S, D>> for Tensor {
    fn from(array: &ArrayBase<S, D>) -> Tensor {
        Tensor::constant(Array::build::<T>(array.shape(), |out| match array.as_slice() {
            Some(elements) => out.copy_from_slice(elements),
            None => out.iter_mut().zip(array.iter()).for_each(|(o, &v)| *o = v),
        }))
    }
}

/// An ndarray array or view of any layout, with the element type as it stands.
impl<T: Element, S: Data<Elem = T>, D: Dimension> From<ArrayBase<S, D>> for Tensor {
    fn from(array: ArrayBase<S, D>) -> Tensor {
        Tensor::from(&array)
    }
}

/// Numbers of one axis.
impl<T: Element> FromIterator<T> for Tensor {
    fn from_iter<I: IntoIterator<Item = T>>(numbers: I) -> Tensor {
        Tensor::from(numbers.into_iter().collect::<Vec<T>>())
    }
}
