//! A meta as bytes: its serde form.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Field, Index, Meta};

#[derive(Serialize, Deserialize)]
#[serde(rename = "Meta")]
struct Fields<F> {
    fields: F,
    index: Index,
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields {
            fields: self.fields(),
            index: self.index(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { fields, index } = Fields::<Vec<Field>>::deserialize(deserializer)?;
        Self::try_new(fields, index).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_readable_and_checked() {
        let meta = Meta::of([("ts", "timestamp[us, UTC]"), ("v", "list<int64>")])
            .unwrap()
            .set_index(["ts"])
            .unwrap();
        let json = serde_json::to_string(&meta).unwrap();
        insta::assert_snapshot!(json);
        assert_eq!(serde_json::from_str::<Meta>(&json).unwrap(), meta);
        let twice = r#"{"fields":[{"name":"a","dtype":"int64","nullable":true},{"name":"a","dtype":"int64","nullable":true}],"index":0}"#;
        assert!(
            serde_json::from_str::<Meta>(twice)
                .unwrap_err()
                .to_string()
                .contains("appear twice")
        );
    }
}
