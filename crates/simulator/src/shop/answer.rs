//! One GraphQL request from text to text: check, price, run, and tell errors in Shopify's way.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Operation, Selection};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Shop;
use super::cost::{Costs, LIMIT};
use super::execute::{MutationRoot, Root, Session};
use super::faults::{Fault, Occasion};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    query: String,
    #[serde(default)]
    variables: Option<JsonMap>,
    #[serde(default)]
    operation_name: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    data: Option<JsonMap>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<GraphQLError>,
    extensions: Value,
}

/// A request that is refused before it runs.
fn refused(message: &str, code: &str) -> Value {
    json!({"errors": [{"message": message, "extensions": {"code": code}}]})
}

impl Shop {
    /// Answers a request; the body is always sent with HTTP 200.
    pub(crate) fn answer(&self, request: &Request, fault: Option<&Fault>) -> String {
        match self.run(request, fault) {
            Ok(answer) => serde_json::to_string(&answer).unwrap_or_default(),
            Err(refusal) => refusal.to_string(),
        }
    }

    fn run(&self, request: &Request, fault: Option<&Fault>) -> Result<Answer, Value> {
        let document = self.document(&request.query)?;
        let operation = document.operations.get(request.operation_name.as_deref());
        let operation = operation.map_err(|e| refused(&e.message().to_string(), "operationNotFound"))?;
        let empty = JsonMap::new();
        let variables =
            coerce_variable_values(&self.inner.schema, operation, request.variables.as_ref().unwrap_or(&empty));
        let variables = variables.map_err(|e| refused(&e.message().to_string(), "INVALID_VARIABLE"))?;
        let costs = Costs { document: &document, variables: &variables };
        let requested = costs.requested(&operation.selection_set, operation.is_mutation());
        let requested = requested.map_err(|e| refused(&e.message, "BAD_REQUEST"))?;
        if requested > LIMIT {
            let message =
                format!("Query cost is {requested}, which exceeds the single query max cost limit ({LIMIT}).");
            return Err(refused(&message, "MAX_COST_EXCEEDED"));
        }
        if matches!(fault, Some(Fault::Throttled)) || !self.desk().level.take(requested) {
            let mut refusal = json!({"errors": [{
                "message": "Throttled",
                "extensions": {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"},
            }]});
            refusal["extensions"] = self.extensions(requested, None, &[]);
            return Err(refusal);
        }
        let (response, unknown) = self.execute(&document, operation, &variables)?;
        let data = response.data.unwrap_or_default();
        let actual = costs.actual(&operation.selection_set, &data).map_err(|e| refused(&e.message, "BAD_REQUEST"))?;
        let actual = actual.min(requested);
        {
            let mut desk = self.desk();
            desk.level.give_back(requested - actual);
            desk.points.queries += 1;
            desk.points.requested += u64::from(requested);
            desk.points.actual += u64::from(actual);
            for field in operation.root_fields(&document) {
                *desk.answered.entry(field.name.to_string()).or_default() += 1;
            }
        }
        let errors: Vec<GraphQLError> = response.errors.into_iter().map(in_shopify_words).collect();
        let data = if data.is_empty() { None } else { Some(data) };
        Ok(Answer { data, errors, extensions: self.extensions(requested, Some(actual), &unknown) })
    }

    /// Parsed and checked, or Shopify's words for what is wrong with it. Kept, as a connector sends the same few.
    fn document(&self, text: &str) -> Result<Arc<Valid<ExecutableDocument>>, Value> {
        let mut documents = self.inner.documents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = documents.get(text) {
            return Ok(Arc::clone(known));
        }
        let document = ExecutableDocument::parse_and_validate(&self.inner.schema, text, "request.graphql");
        let document = document.map_err(|invalid| {
            let errors: Vec<Value> = invalid.errors.iter().map(|e| invalid_document(&e.to_json())).collect();
            json!({"errors": errors})
        })?;
        let document = Arc::new(document);
        documents.insert(text.to_owned(), Arc::clone(&document));
        Ok(document)
    }

    fn execute(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        variables: &Valid<JsonMap>,
    ) -> Result<(apollo_compiler::response::ExecutionResponse, Vec<String>), Value> {
        let occasion = orders_page(operation, variables);
        let due = |is: fn(&Fault) -> bool| occasion.and_then(|o| self.inner.faults.take_if(o, is));
        let lag = match due(|f| matches!(f, Fault::IndexLag(_))) {
            Some(Fault::IndexLag(lag)) => lag,
            _ => 0,
        };
        let repeat = due(|f| *f == Fault::RepeatedRow).is_some();
        let edit = due(|f| *f == Fault::EditBetweenPages).is_some();
        let settings = self.desk().settings.clone();
        // A mutation takes the shop's locks by itself, so it is worked out first.
        let told = if operation.is_mutation() { self.mutate(operation, variables) } else { BTreeMap::new() };
        let bulk = if asks_for_bulk(operation) { self.bulk_told() } else { Vec::new() };
        let state = self.state();
        let session = Session {
            state: &state,
            schema: &self.inner.schema,
            scopes: &settings.scopes,
            personal_data: settings.personal_data,
            domain: &settings.domain,
            client_id: &settings.client_id,
            lag,
            repeat,
            bulk: &bulk,
            walk: None,
            graphs: RefCell::new(BTreeMap::new()),
            unknown_terms: RefCell::new(Vec::new()),
            next_order: Cell::new(None),
        };
        let execution =
            Execution::new(&self.inner.schema, document).operation(operation).coerced_variable_values(variables);
        let response = if operation.is_mutation() {
            execution.execute_sync(&MutationRoot { session: &session, told: &told })
        } else {
            execution.execute_sync(&Root(&session))
        };
        let response = response.map_err(|e| refused(&e.message().to_string(), "INVALID_VARIABLE"))?;
        let next = session.next_order.get();
        let unknown = session.unknown_terms.take();
        drop(session);
        drop(state);
        if let (true, Some(next)) = (edit, next) {
            self.state_mut().touch(next);
        }
        Ok((response, unknown))
    }

    fn extensions(&self, requested: u32, actual: Option<u32>, unknown: &[String]) -> Value {
        let mut desk = self.desk();
        let bucket = desk.level.bucket;
        let available = desk.level.available().floor();
        let mut extensions = json!({"cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": bucket.maximum,
                "currentlyAvailable": available,
                "restoreRate": bucket.restore,
            },
        }});
        if !unknown.is_empty() {
            let warning = |field: &String| json!({"field": field, "message": "Invalid search field for this query.", "code": "invalid_field"});
            extensions["search"] = json!([{"warnings": unknown.iter().map(warning).collect::<Vec<_>>()}]);
        }
        extensions
    }
}

/// Whether the operation may tell of bulk operations, also as `node(id:)`.
fn asks_for_bulk(operation: &Operation) -> bool {
    let names = ["bulkOperation", "bulkOperations", "currentBulkOperation", "node"];
    operation
        .selection_set
        .selections
        .iter()
        .any(|s| matches!(s, Selection::Field(field) if names.contains(&field.name.as_str())))
}

/// Whether the operation lists orders, and from a cursor on.
fn orders_page(operation: &Operation, variables: &JsonMap) -> Option<Occasion> {
    operation.selection_set.selections.iter().find_map(|selection| {
        let Selection::Field(field) = selection else { return None };
        if field.name != "orders" {
            return None;
        }
        let next_page = match field.argument_by_name("after").ok().map(AsRef::as_ref) {
            Some(apollo_compiler::ast::Value::Variable(name)) => {
                variables.get(name.as_str()).is_some_and(|v| *v != JsonValue::Null)
            }
            Some(apollo_compiler::ast::Value::String(_)) => true,
            _ => false,
        };
        Some(Occasion::Orders { next_page })
    })
}

/// The checker's error, as Shopify words the one that matters most: a field that this version does not have.
fn invalid_document(error: &GraphQLError) -> Value {
    let locations =
        json!(error.locations.iter().map(|l| json!({"line": l.line, "column": l.column})).collect::<Vec<_>>());
    let quoted: Vec<&str> = error.message.split('`').skip(1).step_by(2).collect();
    if let (true, [type_name, field, ..]) = (error.message.contains("does not have a field"), &quoted[..]) {
        return json!({
            "message": format!("Field '{field}' doesn't exist on type '{type_name}'"),
            "locations": locations,
            "path": ["query"],
            "extensions": {"code": "undefinedField", "typeName": type_name, "fieldName": field},
        });
    }
    json!({"message": error.message, "locations": locations, "extensions": {"code": "invalidDocument"}})
}

/// A field that failed: a refusal names the scope, anything else is a bad request or a gap in the simulation.
fn in_shopify_words(mut error: GraphQLError) -> GraphQLError {
    let message = error.message.strip_prefix("resolver error: ").unwrap_or(&error.message).to_owned();
    let mut put = |key: &str, value: &str| error.extensions.insert(key, JsonValue::String(value.into()));
    if let Some((_, required)) = message.split_once("Required access: ") {
        put("code", "ACCESS_DENIED");
        put("documentation", "https://shopify.dev/api/usage/access-scopes");
        put("requiredAccess", required);
    } else if message.ends_with("not simulated") {
        put("code", "INTERNAL_SERVER_ERROR");
    } else {
        put("code", "BAD_REQUEST");
    }
    error.message = message;
    error
}
