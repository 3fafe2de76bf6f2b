//! The array: a reference-counted handle of one word on a header (type, shape, strides) and its elements.
//!
//! A result's header and elements share one block, so making an array is one pop from the block cache and cloning it is one
//! atomic increment. A view has a header of its own and keeps the array whose elements it reads.

use std::fmt;
use std::mem::size_of;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use smallvec::SmallVec;

use crate::buffers::{self, ALIGN, Block};
use crate::dtype::{DType, Element};
use crate::strided;

/// The lengths of an array's axes; up to four lie inline.
pub type Dims = SmallVec<[usize; 4]>;
/// The steps between neighbours along each axis, in elements.
pub type Strides = SmallVec<[isize; 4]>;

#[repr(C, align(64))]
struct Header {
    refs: AtomicUsize,
    /// For a view, the array that owns the elements; never itself a view.
    base: Option<Array>,
    /// The first element in logical order.
    data: *mut u8,
    len: usize,
    raw: NonNull<u8>,
    /// The block's size in units of ALIGN.
    units: u32,
    dtype: DType,
    contiguous: bool,
    shape: Dims,
    strides: Strides,
}

const HEADER: usize = size_of::<Header>();

/// An n-dimensional array of dynamic element type. Cloning shares the elements; they change only through [`Array::make_mut`],
/// which copies first when anybody else can see them.
pub struct Array(NonNull<Header>);

// SAFETY: the count is atomic, the header is immutable once built, and elements (plain `Copy + Send + Sync` data) are written
// only through `&mut Array` when the count is one.
unsafe impl Send for Array {}
// SAFETY: as above; `&Array` gives read access only.
unsafe impl Sync for Array {}

impl Clone for Array {
    #[inline]
    fn clone(&self) -> Self {
        // Relaxed, as in `Arc`: a new reference comes from an existing one, which already synchronises.
        self.header().refs.fetch_add(1, Ordering::Relaxed);
        Array(self.0)
    }
}

impl Drop for Array {
    #[inline]
    fn drop(&mut self) {
        let refs = &self.header().refs;
        // A count of one is ours, and nobody can raise it without a handle: no need to lower it in memory. Acquire: what other
        // holders did with the elements happened before the block is used again.
        if refs.load(Ordering::Acquire) == 1 || refs.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            let (raw, units) = (self.header().raw, self.header().units);
            // SAFETY: nobody else holds the header, which `allocate` initialised, and nobody looks at it after this.
            unsafe { self.0.drop_in_place() };
            buffers::give(Block { start: self.0.cast(), raw, bytes: units as usize * ALIGN });
        }
    }
}

/// A copy of a shape. Up to four axes are copied as they stand, which is several times quicker than a general copy.
#[inline]
pub fn dims(shape: &[usize]) -> Dims {
    if shape.len() > 4 {
        return Dims::from_slice(shape);
    }
    let mut inline = [0; 4];
    for (to, &from) in inline.iter_mut().zip(shape) {
        *to = from;
    }
    Dims::from_buf_and_len(inline, shape.len())
}

/// Whether two shapes are equal; quicker than comparing slices, which calls into the C library.
#[inline]
pub fn same_shape(a: &[usize], b: &[usize]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(m, n)| m == n)
}

/// Row-major strides of a shape.
#[inline]
pub fn row_major(shape: &[usize]) -> Strides {
    let mut inline = [0; 4];
    if shape.len() <= 4 {
        fill_row_major(shape, &mut inline[..shape.len()]);
        return Strides::from_buf_and_len(inline, shape.len());
    }
    let mut strides = Strides::from_elem(0, shape.len());
    fill_row_major(shape, &mut strides);
    strides
}

#[inline]
fn fill_row_major(shape: &[usize], strides: &mut [isize]) {
    let mut step = 1isize;
    for (stride, &n) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step = step.wrapping_mul(n.max(1) as isize);
    }
}

/// Whether elements lie in row-major order without gaps; axes of length 1 and empty arrays do not matter.
fn is_row_major(shape: &[usize], strides: &[isize]) -> bool {
    let mut step = 1isize;
    for (&n, &stride) in shape.iter().zip(strides).rev() {
        if n == 0 {
            return true;
        }
        if n != 1 && stride != step {
            return false;
        }
        step *= n as isize;
    }
    true
}

/// The number of elements of a shape, or `None` if it does not fit the address space.
pub fn checked_len(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).filter(|&n| n <= isize::MAX as usize / 16)
}

impl Array {
    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: the pointer is valid while any handle lives, and the header is never written after it was built.
        unsafe { self.0.as_ref() }
    }

    /// A header, followed by room for `payload` bytes.
    #[inline]
    fn allocate(dtype: DType, shape: Dims, strides: Strides, contiguous: bool, len: usize, payload: usize) -> Self {
        let block = buffers::take(HEADER + payload);
        let pointer = block.start.cast::<Header>();
        // SAFETY: the block has room for the header and is aligned to ALIGN = the header's alignment; the elements start
        // right behind it (one past the block for a view, which never reads there).
        unsafe {
            let data = block.start.add(HEADER).as_ptr();
            let units = u32::try_from(block.bytes / ALIGN).expect("array above 256 GiB");
            let refs = AtomicUsize::new(1);
            pointer.write(Header {
                refs,
                base: None,
                data,
                len,
                raw: block.raw,
                units,
                dtype,
                contiguous,
                shape,
                strides,
            });
        }
        Array(pointer)
    }

    /// A row-major array whose elements `fill` writes. The slice holds arbitrary old values (`false` for bool) at first.
    ///
    /// # Panics
    /// If the shape does not fit the address space.
    #[inline]
    pub fn build<T: Element>(shape: &[usize], fill: impl FnOnce(&mut [T])) -> Self {
        let Some(len) = checked_len(shape) else { panic!("shape {shape:?} does not fit the address space") };
        let array = Self::allocate(T::DTYPE, dims(shape), row_major(shape), true, len, len * size_of::<T>());
        // SAFETY: the payload has `len` elements of T, aligned to 64, every byte initialised (see `buffers`), and the handle is
        // the only one. A type that is not valid for all bit patterns is zeroed first.
        let elements = unsafe {
            let data = array.header().data.cast::<T>();
            if !T::ANY_BITS {
                data.write_bytes(0, len);
            }
            std::slice::from_raw_parts_mut(data, len)
        };
        fill(elements);
        array
    }

    /// A row-major array of the given elements.
    ///
    /// # Panics
    /// If their number is not the shape's.
    pub fn from_slice<T: Element>(shape: &[usize], elements: &[T]) -> Self {
        Self::build(shape, |out| out.copy_from_slice(elements))
    }

    /// An array of equal elements.
    pub fn full<T: Element>(shape: &[usize], value: T) -> Self {
        Self::build(shape, |out| out.fill(value))
    }

    /// An array with no axes.
    #[inline]
    pub fn scalar<T: Element>(value: T) -> Self {
        Self::build(&[], |out| out[0] = value)
    }

    /// The element type.
    #[inline]
    pub fn dtype(&self) -> DType {
        self.header().dtype
    }

    /// The lengths of the axes.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        &self.header().shape
    }

    /// The steps between neighbours along each axis, in elements.
    #[inline]
    pub fn strides(&self) -> &[isize] {
        &self.header().strides
    }

    /// The number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.header().len
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the elements lie in row-major order without gaps.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        self.header().contiguous
    }

    /// The elements in logical order, if they lie so in memory.
    ///
    /// # Panics
    /// If `T` is not the element type.
    #[inline]
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        self.check::<T>();
        let h = self.header();
        // SAFETY: type checked above; a contiguous array has `len` elements from `data` on, inside its own or its base's block,
        // which this handle keeps alive and nobody writes while a second handle or a borrow exists.
        h.contiguous.then(|| unsafe { std::slice::from_raw_parts(h.data.cast::<T>(), h.len) })
    }

    /// All elements of the block that this array looks at, and the place of its first element among them: for strided access
    /// with ordinary, checked indices.
    ///
    /// # Panics
    /// If `T` is not the element type.
    #[inline]
    pub fn parts<T: Element>(&self) -> (&[T], usize) {
        self.check::<T>();
        let h = self.header();
        let base = h.base.as_ref().map_or(h, Array::header);
        // SAFETY: `base` owns `len` elements from its `data` on; see `as_slice`.
        let all = unsafe { std::slice::from_raw_parts(base.data.cast::<T>(), base.len) };
        (all, (h.data as usize - base.data as usize) / size_of::<T>())
    }

    /// The elements for writing, in row-major order. Copies them first if they are shared, strided, or seen through a view.
    ///
    /// # Panics
    /// If `T` is not the element type.
    pub fn make_mut<T: Element>(&mut self) -> &mut [T] {
        self.check::<T>();
        if !self.is_unique() {
            *self = strided::copy(self);
        }
        let h = self.header();
        // SAFETY: the handle is the only one on a block of its own (checked, or just copied), borrowed mutably for the result's life.
        unsafe { std::slice::from_raw_parts_mut(h.data.cast::<T>(), h.len) }
    }

    /// Whether this is the only handle on elements of its own in row-major order, so that they may be changed in place.
    #[inline]
    pub fn is_unique(&self) -> bool {
        let h = self.header();
        // Acquire pairs with the release in `drop`: what former holders read happened before what we write.
        h.base.is_none() && h.contiguous && h.refs.load(Ordering::Acquire) == 1
    }

    /// The value of an array that repeats one element by strides of 0, such as a broadcast number.
    ///
    /// # Panics
    /// If `T` is not the element type.
    pub fn repeated<T: Element>(&self) -> Option<T> {
        let repeats = self.shape().iter().zip(self.strides()).all(|(&n, &stride)| n == 1 || stride == 0);
        let (all, first) = self.parts::<T>();
        (repeats && self.len() > 1).then(|| all[first])
    }

    /// Whether two handles look at the same elements in the same way.
    pub fn same(&self, other: &Array) -> bool {
        self.0 == other.0
    }

    /// An address that is equal for all handles and views on one block, and the block's size in bytes: for memory accounting.
    pub fn block(&self) -> (usize, usize) {
        let base = self.header().base.as_ref().unwrap_or(self);
        (base.0.as_ptr() as usize, base.header().units as usize * ALIGN)
    }

    /// The same elements under another shape, strides and first element.
    ///
    /// # Panics
    /// If the view would leave the block: views are made by this crate's `view` functions, which keep inside.
    pub(crate) fn view(&self, shape: Dims, strides: Strides, offset: isize) -> Self {
        let (base, start) = match &self.header().base {
            None => (self, 0),
            Some(base) => (base, (self.header().data as usize - base.header().data as usize) / self.dtype().size()),
        };
        let len = shape.iter().product();
        let first = start as isize + offset;
        let (mut low, mut high) = (first, first);
        for (&n, &stride) in shape.iter().zip(&strides) {
            let reach = (n.max(1) - 1) as isize * stride;
            if reach < 0 { low += reach } else { high += reach }
        }
        assert!(len == 0 || (low >= 0 && (high as usize) < base.len()), "view leaves its array");
        let contiguous = is_row_major(&shape, &strides);
        let view = Self::allocate(self.dtype(), shape, strides, contiguous, len, 0);
        let place = if len == 0 { 0 } else { first as usize * self.dtype().size() };
        // SAFETY: `view` is the only handle on its fresh header, and `place` is inside the base's block (just asserted).
        unsafe {
            let header = &mut *view.0.as_ptr();
            header.data = base.header().data.add(place);
            header.base = Some(base.clone());
        }
        view
    }

    #[inline]
    fn check<T: Element>(&self) {
        assert!(T::DTYPE == self.dtype(), "array of {} read as {}", self.dtype(), T::DTYPE);
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({} {:?}, strides {:?})", self.dtype(), self.shape(), self.strides())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_fits_two_cache_lines() {
        assert_eq!(HEADER, 128);
    }

    #[test]
    fn shared_elements_are_copied_before_a_write() {
        let mut a = Array::from_slice(&[3], &[1.0f32, 2.0, 3.0]);
        let b = a.clone();
        a.make_mut::<f32>()[0] = 9.0;
        assert_eq!(b.as_slice::<f32>().unwrap(), [1.0, 2.0, 3.0]);
        assert_eq!(a.as_slice::<f32>().unwrap(), [9.0, 2.0, 3.0]);
        let place = a.as_slice::<f32>().unwrap().as_ptr();
        a.make_mut::<f32>()[1] = 8.0;
        assert_eq!(a.as_slice::<f32>().unwrap().as_ptr(), place, "alone, it is written in place");
    }

    #[test]
    fn a_view_keeps_its_base_alive_and_is_never_written_through() {
        let a = Array::from_slice(&[2, 3], &[0i64, 1, 2, 3, 4, 5]);
        let mut row = a.view(Dims::from_slice(&[3]), Strides::from_slice(&[1]), 3);
        let again = row.view(Dims::from_slice(&[2]), Strides::from_slice(&[-2]), 2);
        drop(a);
        assert_eq!(row.as_slice::<i64>().unwrap(), [3, 4, 5]);
        row.make_mut::<i64>()[0] = 7;
        let (all, first) = again.parts::<i64>();
        assert_eq!((all[first], all[first - 2]), (5, 3));
    }

    #[test]
    fn recycled_bytes_are_never_read_as_bool() {
        drop(Array::full(&[64], -1i64));
        let flags = Array::build::<bool>(&[512], |out| assert!(out.iter().all(|b| !b)));
        assert_eq!(flags.len(), 512);
    }

    #[test]
    fn empty_and_scalar_arrays_work() {
        assert_eq!(Array::full(&[0, 3], 1.0f64).as_slice::<f64>().unwrap(), &[] as &[f64]);
        assert_eq!(Array::scalar(true).as_slice::<bool>().unwrap(), [true]);
    }

    #[test]
    #[should_panic(expected = "array of f32 read as f64")]
    fn reading_as_another_type_panics() {
        Array::scalar(1.0f32).as_slice::<f64>();
    }

    #[test]
    #[should_panic(expected = "view leaves its array")]
    fn a_view_past_the_end_panics() {
        Array::full(&[4], 0.0f32).view(Dims::from_slice(&[3]), Strides::from_slice(&[2]), 0);
    }
}
