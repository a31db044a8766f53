//! Parameters on their way to a plugin, which takes them as a JSON object.

use serde_json::{Map, Number, Value as Json};
use swath_batch::Value;
use swath_expr::Params;

use super::PluginError;

/// A parameter that no function has: why others could not be read.
const UNREADABLE: &str = "(unreadable)";

/// Parameters of a JSON object; of anything else such that are refused where the function is found.
pub fn params_of(json: Json) -> Params {
    let Json::Object(fields) = json else {
        return unreadable("parameters are an object of names and values, as a struct gives it");
    };
    fields
        .into_iter()
        .fold(Params::default(), |params, (name, value)| {
            params.with(name, value_of(value))
        })
}

/// Parameters that are refused, for this reason, where the function is found.
pub fn unreadable(why: &str) -> Params {
    Params::default().with(UNREADABLE, why)
}

fn value_of(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(truth),
        Json::Number(number) => {
            let whole = number.as_i64().map(Value::Int);
            let whole = whole.or_else(|| number.as_u64().map(Value::UInt));
            whole.unwrap_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)))
        }
        Json::String(text) => Value::from(text),
        Json::Array(items) => Value::List(items.into_iter().map(value_of).collect()),
        Json::Object(fields) => Value::Struct(
            fields
                .into_iter()
                .map(|(name, value)| (name.into(), value_of(value)))
                .collect(),
        ),
    }
}

/// Parameters as a JSON object.
///
/// # Errors
/// [`PluginError::Params`]: a value that JSON has none for.
pub(super) fn json_of(params: &Params, function: &str) -> Result<String, PluginError> {
    let refused = |reason: String| PluginError::Params {
        name: function.to_owned(),
        reason,
    };
    if let Some(Value::String(why)) = params.get(UNREADABLE) {
        return Err(refused(why.to_string()));
    }
    let mut fields = Map::new();
    for (name, value) in params.iter() {
        let json = json_value(value).map_err(|found| refused(format!("`{name}` is {found}")))?;
        fields.insert(name.to_string(), json);
    }
    Ok(Json::Object(fields).to_string())
}

/// A value in JSON: numbers, texts and truths as themselves, dates and times as texts; what has none is told.
pub(super) fn json_value(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Int(number) => Json::from(*number),
        Value::UInt(number) => Json::from(*number),
        Value::Float(number) => {
            Json::Number(Number::from_f64(*number).ok_or_else(|| value.to_string())?)
        }
        Value::Binary(_) => return Err("binary".to_owned()),
        Value::List(items) => Json::Array(items.iter().map(json_value).collect::<Result<_, _>>()?),
        Value::Struct(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| Ok((name.to_string(), json_value(value)?)));
            Json::Object(fields.collect::<Result<_, String>>()?)
        }
        text => Json::String(text.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn they_arrive_as_they_were_given() {
        let given = json!({
            "a": 1, "b": -2.5, "c": "x", "d": [1, null], "e": {"f": true, "g": [{"h": 18_446_744_073_709_551_615_u64}]}, "i": null,
        });
        let params = params_of(given.clone());
        let text = json_of(&params, "f").expect("JSON has all of them");
        assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), given);
        let date = Params::default().with("day", Value::Date(20_000));
        assert_eq!(
            json_of(&date, "f").expect("a text"),
            r#"{"day":"2024-10-04"}"#
        );
    }

    #[test]
    fn what_json_has_not_is_refused() {
        let refused = |params: &Params| json_of(params, "geo.f").expect_err("no JSON").to_string();
        let nan = Params::default().with("x", f64::NAN);
        insta::assert_snapshot!(refused(&nan), @"the parameters of `geo.f` cannot be written as JSON: `x` is NaN");
        insta::assert_snapshot!(refused(&params_of(json!([1]))), @"the parameters of `geo.f` cannot be written as JSON: parameters are an object of names and values, as a struct gives it");
        insta::assert_snapshot!(refused(&unreadable("no")), @"the parameters of `geo.f` cannot be written as JSON: no");
    }
}
