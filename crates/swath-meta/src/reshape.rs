//! The metas that verbs make from a meta: what they keep, drop, rename and call the index.

use std::sync::Arc;

use crate::{DType, DTypeSpec, Field, Index, Meta, MetaError};

impl Meta {
    /// This meta with a nullable column of this dtype: replaced where it stands, or added at the end. The index stays.
    ///
    /// # Errors
    /// Those of reading a dtype's name.
    pub fn with(
        &self,
        name: impl Into<Arc<str>>,
        dtype: impl Into<DTypeSpec>,
    ) -> Result<Self, MetaError> {
        let field = Field::new(name, dtype.into().resolve()?, true);
        if self.is_index(&field.name) && field.dtype.is_nested() {
            return Err(MetaError::IndexDType {
                name: field.name.to_string(),
                dtype: field.dtype.to_string(),
            });
        }
        Ok(self.with_field(field))
    }

    /// This meta with this column: replaced where it stands, or added at the end. The index stays.
    ///
    /// # Panics
    /// If an index column is given a nested dtype.
    pub fn with_field(&self, field: Field) -> Self {
        let mut fields = self.fields().to_vec();
        match self.position(&field.name) {
            Ok(position) => fields[position] = field,
            Err(_) => fields.push(field),
        }
        Self::try_new(fields, self.index())
            .expect("one name was replaced by itself or added where it was missing")
    }

    /// This meta without these columns.
    ///
    /// # Errors
    /// [`MetaError::Column`]; [`MetaError::IndexColumn`] for an index column, which only `reset_index` can make droppable.
    pub fn without<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, MetaError> {
        let mut keep = vec![true; self.len()];
        for name in names {
            let name = name.as_ref();
            let position = self.position(name)?;
            if position < self.index().len() {
                return Err(MetaError::IndexColumn {
                    name: name.to_owned(),
                });
            }
            keep[position] = false;
        }
        let kept = self
            .fields()
            .iter()
            .zip(keep)
            .filter(|(_, keep)| *keep)
            .map(|(field, _)| field.clone());
        Self::try_new(kept, self.index())
    }

    /// The index columns and then these columns, in this order; naming an index column changes nothing.
    ///
    /// # Errors
    /// [`MetaError::Column`]; [`MetaError::DuplicateColumn`] for a data column named twice.
    pub fn select<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, MetaError> {
        let mut fields = self.index_fields().to_vec();
        for name in names {
            let position = self.position(name.as_ref())?;
            if position >= self.index().len() {
                fields.push(self.fields()[position].clone());
            }
        }
        Self::try_new(fields, self.index())
    }

    /// The columns of these names, in the order that they have here; the index while all of it is among them.
    ///
    /// # Errors
    /// [`MetaError::Column`].
    pub fn some_of<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, MetaError> {
        let mut keep = vec![false; self.len()];
        for name in names {
            keep[self.position(name.as_ref())?] = true;
        }
        let index = if keep[..self.index().len()].contains(&false) {
            Index::none()
        } else {
            self.index()
        };
        let fields = self.fields().iter().zip(keep);
        let fields = fields.filter(|(_, keep)| *keep);
        Self::try_new(fields.map(|(field, _)| field.clone()), index)
    }

    /// The names and dtypes of the index columns.
    pub fn index_dtypes(&self) -> impl Iterator<Item = (&str, &DType)> + use<'_> {
        let fields = self.index_fields().iter();
        fields.map(|field| (&*field.name, &field.dtype))
    }

    /// This meta with columns renamed, all at once, so that two may exchange their names. The index may be renamed too.
    ///
    /// # Errors
    /// [`MetaError::Column`] for an old name that is not there, [`MetaError::DuplicateColumn`] for a new one that is.
    pub fn rename<O: AsRef<str>, N: Into<Arc<str>>>(
        &self,
        pairs: impl IntoIterator<Item = (O, N)>,
    ) -> Result<Self, MetaError> {
        let mut fields = self.fields().to_vec();
        for (old, new) in pairs {
            fields[self.position(old.as_ref())?].name = new.into();
        }
        Self::try_new(fields, self.index())
    }

    /// This meta with these columns as the index, in this order, and the rest behind them. What was the index before becomes
    /// ordinary columns: nothing is dropped.
    ///
    /// # Errors
    /// [`MetaError::Column`], [`MetaError::DuplicateColumn`], or [`MetaError::IndexDType`] for a list or struct.
    pub fn set_index<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, MetaError> {
        let mut positions = Vec::new();
        for name in names {
            positions.push(self.position(name.as_ref())?);
        }
        let index = Index::leading(positions.len() as u32);
        let rest = (0..self.len()).filter(|position| !positions.contains(position));
        let order: Vec<usize> = positions.iter().copied().chain(rest).collect();
        Self::try_new(
            order
                .into_iter()
                .map(|position| self.fields()[position].clone()),
            index,
        )
    }

    /// This meta without an index; the columns stay, in their order.
    pub fn reset_index(&self) -> Self {
        self.with_index(Index::none())
            .expect("no index always fits")
    }

    /// This meta with so many leading columns as the index.
    ///
    /// # Errors
    /// [`MetaError::IndexTooLong`], [`MetaError::IndexDType`].
    pub fn with_index(&self, index: Index) -> Result<Self, MetaError> {
        if index == self.index() {
            Ok(self.clone())
        } else {
            Self::try_new(self.fields().iter().cloned(), index)
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn ticks() -> Meta {
        Meta::of([
            ("sym", "string"),
            ("ts", "timestamp[us]"),
            ("px", "float64"),
        ])
        .unwrap()
        .set_index(["ts"])
        .unwrap()
    }

    #[track_caller]
    fn check(meta: Result<Meta, MetaError>, columns: &str) {
        let meta = meta.unwrap();
        let fields = meta
            .fields()
            .iter()
            .map(|field| format!("{}:{}", field.name, field.dtype))
            .collect::<Vec<_>>();
        let (index, data) = fields.split_at(meta.index().len());
        assert_eq!(format!("{} | {}", index.join(" "), data.join(" ")), columns);
    }

    #[test]
    fn the_index_is_carried() {
        check(Ok(ticks()), "ts:timestamp[us] | sym:string px:float64");
        check(ticks().select(["px"]), "ts:timestamp[us] | px:float64");
        check(
            ticks().select(["px", "ts"]),
            "ts:timestamp[us] | px:float64",
        );
        check(ticks().select([] as [&str; 0]), "ts:timestamp[us] | ");
        check(ticks().without(["sym"]), "ts:timestamp[us] | px:float64");
        check(
            ticks().some_of(["px", "ts"]),
            "ts:timestamp[us] | px:float64",
        );
        check(ticks().some_of(["px", "sym"]), " | sym:string px:float64");
        check(
            ticks().rename([("ts", "time"), ("px", "price")]),
            "time:timestamp[us] | sym:string price:float64",
        );
        check(
            ticks().rename([("px", "sym"), ("sym", "px")]),
            "ts:timestamp[us] | px:string sym:float64",
        );
        check(
            ticks().with("qty", "int"),
            "ts:timestamp[us] | sym:string px:float64 qty:int64",
        );
        check(
            ticks().with("ts", "date"),
            "ts:date | sym:string px:float64",
        );
    }

    #[test]
    fn a_new_index_ends_the_old_ones_role() {
        check(
            ticks().set_index(["sym"]),
            "sym:string | ts:timestamp[us] px:float64",
        );
        check(
            ticks().set_index(["px", "ts"]),
            "px:float64 ts:timestamp[us] | sym:string",
        );
        check(
            Ok(ticks().reset_index()),
            " | ts:timestamp[us] sym:string px:float64",
        );
    }

    #[test]
    fn messages() {
        let errors = [
            ticks().without(["ts"]).unwrap_err(),
            ticks().without(["pxx"]).unwrap_err(),
            ticks().some_of(["px", "smy"]).unwrap_err(),
            ticks().select(["px", "px"]).unwrap_err(),
            ticks().rename([("px", "sym")]).unwrap_err(),
            ticks().set_index(["px", "px"]).unwrap_err(),
            ticks()
                .with("x", "list<int64>")
                .unwrap()
                .set_index(["x"])
                .unwrap_err(),
            ticks().with("ts", "list<int64>").unwrap_err(),
            ticks().with("x", "tiemstamp[us]").unwrap_err(),
        ];
        assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }
}
