//! Divisions and plans in names and on the wire. What is decoded is checked as if a user had given it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::DType;

use crate::{
    Bounds, Cut, Divisions, KeyOrder, Label, LabelRange, Loc, Partitioning, RepartitionPlan, Slice,
    SliceRows,
};

#[derive(Serialize, Deserialize)]
#[serde(rename = "Bounds")]
struct BoundsForm {
    dtypes: Vec<DType>,
    labels: Vec<Label>,
    nulls: bool,
}

impl Serialize for Bounds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (dtypes, labels) = (self.dtypes().to_vec(), self.labels().to_vec());
        BoundsForm {
            dtypes,
            labels,
            nulls: self.nulls(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bounds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let BoundsForm {
            dtypes,
            labels,
            nulls,
        } = BoundsForm::deserialize(deserializer)?;
        let order = KeyOrder::try_new(&dtypes).map_err(de::Error::custom)?;
        Ok(Self::of(&order, &labels)
            .map_err(de::Error::custom)?
            .with_nulls(nulls))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "LabelRange")]
struct RangeForm {
    dtypes: Vec<DType>,
    from: Option<(Label, bool)>,
    to: Option<(Label, bool)>,
}

impl Serialize for LabelRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cut = |cut: Option<&Cut>| cut.map(|cut| (cut.label().clone(), cut.is_after()));
        RangeForm {
            dtypes: self.order().dtypes().to_vec(),
            from: cut(self.from()),
            to: cut(self.to()),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LabelRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let RangeForm { dtypes, from, to } = RangeForm::deserialize(deserializer)?;
        let order = KeyOrder::try_new(&dtypes).map_err(de::Error::custom)?;
        let cut = |cut: Option<(Label, bool)>| {
            cut.map(|(label, after)| {
                if after {
                    Cut::after(&order, label)
                } else {
                    Cut::before(&order, label)
                }
            })
            .transpose()
        };
        let (from, to) = (
            cut(from).map_err(de::Error::custom)?,
            cut(to).map_err(de::Error::custom)?,
        );
        Ok(Self::new(order, from, to))
    }
}

impl<'de> Deserialize<'de> for RepartitionPlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "RepartitionPlan")]
        struct PlanForm {
            targets: Vec<Vec<Slice>>,
            divisions: Divisions,
        }
        let PlanForm { targets, divisions } = PlanForm::deserialize(deserializer)?;
        if targets.len() != divisions.npartitions() {
            let message = format!(
                "a plan for {} partitions has divisions of {}",
                targets.len(),
                divisions.npartitions()
            );
            return Err(de::Error::custom(message));
        }
        Ok(Self::new(targets, divisions))
    }
}

/// Writes and reads a type by its serde form, as an object of this kind.
macro_rules! encoded {
    ($($type:ty, $kind:literal;)*) => { $(
        impl $type {
            /// Writes it as an object.
            pub fn encode(&self, out: &mut Encoder) {
                out.object($kind, 1, |object| object.serde("value", self));
            }

            /// Reads what [`encode`](Self::encode) wrote.
            ///
            /// # Errors
            /// [`DecodeError`] for bytes that are something else, or that say what is not legal.
            pub fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
                let object = from.object()?;
                object.expect($kind, 1)?;
                object.serde("value")
            }
        }
    )* };
}

encoded! {
    Divisions, "divisions";
    RepartitionPlan, "repartition-plan";
    Slice, "slice";
    Partitioning, "partitioning";
}

impl Fingerprint for Label {
    fn feed(&self, out: &mut Canon) {
        out.object("label", 1).feed(self.values());
    }
}

impl Fingerprint for KeyOrder {
    fn feed(&self, out: &mut Canon) {
        out.object("key-order", 1).feed(self.dtypes());
    }
}

impl Fingerprint for Cut {
    fn feed(&self, out: &mut Canon) {
        out.object("cut", 1)
            .feed(self.label())
            .bool(self.is_after());
    }
}

impl Fingerprint for LabelRange {
    fn feed(&self, out: &mut Canon) {
        out.object("label-range", 1)
            .feed(self.order())
            .feed(&self.from())
            .feed(&self.to());
    }
}

impl Fingerprint for Bounds {
    fn feed(&self, out: &mut Canon) {
        out.object("bounds", 1)
            .feed(self.order())
            .feed(self.labels())
            .bool(self.nulls());
    }
}

impl Fingerprint for Divisions {
    fn feed(&self, out: &mut Canon) {
        match self {
            Self::Known(bounds) => out.object("divisions-known", 1).feed(bounds),
            Self::Pending { npartitions } => out.object("divisions-pending", 1).feed(npartitions),
            Self::Unknown { npartitions } => out.object("divisions-unknown", 1).feed(npartitions),
        };
    }
}

impl Fingerprint for Slice {
    fn feed(&self, out: &mut Canon) {
        out.object("slice", 1).feed(&self.partition);
        match &self.rows {
            SliceRows::All => out.object("all", 1),
            SliceRows::Within(range) => out.object("within", 1).feed(range),
            SliceRows::WithinAny(ranges) => out.object("within-any", 1).feed(ranges),
            SliceRows::Share { part, of } => out.object("share", 1).feed(part).feed(of),
        };
    }
}

impl Fingerprint for RepartitionPlan {
    fn feed(&self, out: &mut Canon) {
        out.object("repartition-plan", 1)
            .feed(self.targets())
            .feed(self.divisions());
    }
}

impl Fingerprint for Loc {
    fn feed(&self, out: &mut Canon) {
        use std::ops::Bound;
        match self {
            Self::Label(label) => out.object("loc-label", 1).feed(label),
            Self::Labels(labels) => out.object("loc-labels", 1).feed(labels),
            Self::Range(from, to) => {
                out.object("loc-range", 1);
                for bound in [from, to] {
                    match bound {
                        Bound::Included(label) => out.some().bool(true).feed(label),
                        Bound::Excluded(label) => out.some().bool(false).feed(label),
                        Bound::Unbounded => out.none(),
                    };
                }
                out
            }
        };
    }
}

impl Fingerprint for Partitioning {
    fn feed(&self, out: &mut Canon) {
        match self {
            Self::RangeBy(columns, divisions) => {
                out.object("range-by", 1).feed(columns).feed(divisions)
            }
            Self::HashBy(columns, npartitions) => {
                out.object("hash-by", 1).feed(columns).feed(npartitions)
            }
            Self::Unknown(npartitions) => out.object("any", 1).feed(npartitions),
        };
    }
}

#[cfg(test)]
mod tests {
    use swath_graph::Name;

    use super::*;

    fn f10() -> Divisions {
        Divisions::try_new([0_i64, 4, 7, 9]).unwrap()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        for divisions in [
            f10(),
            f10().with_nulls(true),
            f10().clear(),
            Divisions::pending(3),
            Divisions::try_new([("a", 1.5), ("b", f64::NAN)]).unwrap(),
        ] {
            let mut encoder = Encoder::new();
            divisions.encode(&mut encoder);
            let bytes = encoder.into_bytes().unwrap();
            assert_eq!(Divisions::decode(&Decoder::new(&bytes)).unwrap(), divisions);
        }
        let plans = [
            f10().repartition_by([0, 2, 5, 9], false),
            f10().clear().repartition(7),
            f10().loc(3..=5, &[DType::Int64]),
            f10().loc([1, 2, 8], &[DType::Int64]),
        ];
        for plan in plans.map(Result::unwrap) {
            let mut encoder = Encoder::new();
            plan.encode(&mut encoder);
            let bytes = encoder.into_bytes().unwrap();
            assert_eq!(
                RepartitionPlan::decode(&Decoder::new(&bytes)).unwrap(),
                plan
            );
        }
    }

    #[test]
    fn what_is_not_legal_is_not_decoded() {
        let json = serde_json::to_string(&f10()).unwrap();
        insta::assert_snapshot!(json, @r#"{"Known":{"dtypes":["int64"],"labels":[[{"int":0}],[{"int":4}],[{"int":7}],[{"int":9}]],"nulls":false}}"#);
        for (from, to, message) in [
            (r#"{"int":4}"#, r#"{"int":8}"#, "must be sorted"),
            (r#"{"int":4}"#, r#"{"string":"x"}"#, "is not int64"),
            (r#""int64""#, r#""list<int64>""#, "has no order"),
            (r#"[{"int":4}],"#, "[],", "key columns"),
        ] {
            let error = serde_json::from_str::<Divisions>(&json.replace(from, to))
                .unwrap_err()
                .to_string();
            assert!(error.contains(message), "{error}");
        }
        let plan = serde_json::to_string(&f10().coalesce(1).unwrap()).unwrap();
        let error = serde_json::from_str::<RepartitionPlan>(
            &plan.replace(r#"{"targets":["#, r#"{"targets":[[],"#),
        )
        .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("a plan for 2 partitions has divisions of 1"),
            "{error}"
        );
    }

    #[test]
    fn names_say_all_of_it() {
        let name = |value: &dyn Fingerprint| Name::of("test", value);
        assert_eq!(
            name(&f10()),
            name(&Divisions::try_new([0_i64, 4, 7, 9]).unwrap())
        );
        let others = [
            f10().with_nulls(true),
            f10().clear(),
            Divisions::pending(3),
            Divisions::try_new([0_i64, 4, 8, 9]).unwrap(),
            Divisions::try_new([0.0, 4.0, 7.0, 9.0]).unwrap(),
        ];
        for other in others {
            assert_ne!(name(&f10()), name(&other), "{other}");
        }
        let plan = |n| f10().repartition(n).unwrap();
        assert_ne!(name(&plan(2)), name(&plan(1)));
        assert_ne!(name(&Loc::from(3..5)), name(&Loc::from(3..=5)));
        assert_ne!(
            name(&Partitioning::hash_by(["a"], 2)),
            name(&Partitioning::hash_by(["a"], 3))
        );
    }
}
