//! What a loader can be made from: a data set whose items have numbers, or a stream.

use crate::{Dataset, Error, Stream};
use std::sync::Arc;

/// What a [`DataLoader`](crate::DataLoader) is made from: any [`Dataset`], or a [`Stream`].
pub trait Items: sealed::IntoKind<Of = Self::Item> {
    /// What one item is.
    type Item: Send + 'static;
}

impl<D: Dataset<Item: Send + 'static> + 'static> Items for D {
    type Item = D::Item;
}

impl<F, I, T> Items for Stream<F>
where
    F: Fn(u64) -> I + Send + Sync + 'static,
    I: IntoIterator<Item = Result<T, Error>>,
    I::IntoIter: Send + 'static,
    T: Send + 'static,
{
    type Item = T;
}

pub(crate) use sealed::{Kind, Open};

mod sealed {
    use super::*;

    pub type Get<I> = Arc<dyn Fn(usize) -> Result<I, Error> + Send + Sync>;
    pub type Open<I> = Arc<dyn Fn(u64) -> Box<dyn Iterator<Item = Result<I, Error>> + Send> + Send + Sync>;

    /// The items, whatever they come from.
    #[allow(missing_debug_implementations)]
    pub enum Kind<I> {
        Numbered { len: usize, get: Get<I> },
        Stream { open: Open<I> },
    }

    /// Sealed: there are these two kinds of sources and no others.
    pub trait IntoKind {
        type Of;

        fn kind(self) -> Kind<Self::Of>;
    }

    impl<D: Dataset + 'static> IntoKind for D {
        type Of = D::Item;

        fn kind(self) -> Kind<D::Item> {
            Kind::Numbered { len: self.len(), get: Arc::new(move |index| self.get(index)) }
        }
    }

    impl<F, I, T> IntoKind for Stream<F>
    where
        F: Fn(u64) -> I + Send + Sync + 'static,
        I: IntoIterator<Item = Result<T, Error>>,
        I::IntoIter: Send + 'static,
    {
        type Of = T;

        fn kind(self) -> Kind<T> {
            Kind::Stream { open: Arc::new(move |epoch| Box::new((self.open)(epoch).into_iter())) }
        }
    }
}
