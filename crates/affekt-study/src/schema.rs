//! The JSON Schema of study files.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::StudySpec;

/// What a study file may hold, as a JSON Schema (draft 7) for editors: every key with its type and its description.
///
/// It says what reading demands; ranges, and names that must fit each other, are found by [`Study::load`](crate::Study::load).
/// A tier is known by its first keys only, for what it may hold below them depends on what it is put over.
pub fn study_schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = Value::from(generator.into_root_schema_for::<StudySpec>());
    without_null(&mut schema);
    let keys: Vec<Value> = schema["properties"]
        .as_object()
        .map(|properties| properties.keys().cloned().map(Value::from).collect())
        .unwrap_or_default();
    schema["properties"]["tier"] = json!({
        "description": "Variants of the study, such as `[tier.smoke]`: each is merged over the rest when it is asked for by \
                        name; lists are replaced, or changed item by item with their positions as keys.",
        "type": "object",
        "additionalProperties": { "type": "object", "propertyNames": { "enum": keys } }
    });
    schema["title"] = json!("affekt study");
    schema
}

/// TOML has no null: what is absent is left out.
fn without_null(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [one] = &types[..] {
                    object["type"] = one.clone();
                }
            }
            if let Some(Value::Array(any)) = object.get_mut("anyOf") {
                any.retain(|schema| *schema != json!({ "type": "null" }));
                if any.len() == 1
                    && let Some(one) = object.remove("anyOf")
                {
                    object.insert("allOf".to_owned(), one);
                }
            }
            object.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}
