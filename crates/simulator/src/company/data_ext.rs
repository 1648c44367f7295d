//! Custom fields and private data of applications (PROTOCOL.md c.6).

use std::collections::BTreeMap;

use super::books::Books;
use super::kinds::Space;
use super::status::{NO_RECORD, Status};
use super::xml::Element;

/// The company itself as an owner of extensions.
pub(crate) const COMPANY: &str = "Company";

/// One definition.
#[derive(Debug, Clone)]
struct Definition {
    id: u32,
    name: String,
    value_type: String,
    assigned: Vec<String>,
}

/// One value's place: object, line, owner, lower-case name.
type Place = (String, Option<String>, String, String);

/// All definitions and values of a company file.
#[derive(Debug, Default)]
pub(crate) struct DataExtensions {
    definitions: BTreeMap<(String, String), Definition>,
    values: BTreeMap<Place, String>,
    made: u32,
}

impl DataExtensions {
    /// DataExtRet elements of one object or line, for the owners asked for.
    pub fn told(&self, object: &str, line: Option<&str>, owners: &[&str]) -> Vec<Element> {
        if owners.is_empty() {
            return Vec::new();
        }
        let from = (object.to_owned(), line.map(ToOwned::to_owned), String::new(), String::new());
        self.values
            .range(from..)
            .take_while(|((id, at, _, _), _)| id == object && at.as_deref() == line)
            .filter(|((_, _, owner, _), _)| owners.iter().any(|asked| asked.eq_ignore_ascii_case(owner)))
            .filter_map(|((_, _, owner, name), value)| self.ret(owner, name, value))
            .collect()
    }

    fn ret(&self, owner: &str, name: &str, value: &str) -> Option<Element> {
        let definition = self.definitions.get(&(owner.to_owned(), name.to_owned()))?;
        let children = vec![
            Element::leaf("OwnerID", owner),
            Element::leaf("DataExtName", &definition.name),
            Element::leaf("DataExtType", &definition.value_type),
            Element::leaf("DataExtValue", value),
        ];
        Some(Element::group("DataExtRet", children))
    }

    /// Whether a value may be set: the definition must exist and be for that kind of object.
    pub fn check(&self, kind: &str, given: &Element) -> Result<(), Status> {
        let name = given.text_of("DataExtName").unwrap_or_default();
        let value = given.text_of("DataExtValue").unwrap_or_default();
        let definition = self
            .definitions
            .get(&(owner_of(given), name.to_lowercase()))
            .filter(|definition| definition.assigned.iter().any(|assigned| assigned == kind))
            .ok_or_else(|| Status::new(3120, format!("The data extension \"{name}\" is not defined for {kind}.  QuickBooks error message: {NO_RECORD}")))?;
        if value.is_empty() {
            return Err(Status::new(3190, "A data extension cannot be cleared; delete it."));
        }
        let limit = if definition.value_type == "STR1024TYPE" { 1024 } else { 255 };
        if value.chars().count() > limit {
            return Err(Status::new(
                3070,
                format!(
                    "The string \"{value}\" in the field \"DataExtValue\" is too long.  The maximum length is {limit}."
                ),
            ));
        }
        Ok(())
    }

    /// Sets one value that [`Self::check`] takes.
    pub fn set(&mut self, object: &str, line: Option<&str>, given: &Element) -> Option<Element> {
        let owner = owner_of(given);
        let name = given.text_of("DataExtName").unwrap_or_default().to_lowercase();
        let value = given.text_of("DataExtValue").unwrap_or_default();
        let place = (object.to_owned(), line.map(ToOwned::to_owned), owner.clone(), name.clone());
        self.values.insert(place, value.to_owned());
        self.ret(&owner, &name, value)
    }

    fn remove(&mut self, object: &str, line: Option<&str>, owner: &str, name: &str) -> bool {
        let place = (object.to_owned(), line.map(ToOwned::to_owned), owner.to_owned(), name.to_lowercase());
        self.values.remove(&place).is_some()
    }

    /// `DataExtDefAdd`.
    pub fn define(&mut self, given: &Element) -> Result<Element, Status> {
        let owner = owner_of(given);
        let name = given.text_of("DataExtName").unwrap_or_default().to_owned();
        let key = (owner.clone(), name.to_lowercase());
        if self.definitions.contains_key(&key) {
            return Err(Status::saving(
                &format!("data extension definition \"{name}\""),
                "The name is already in use.",
            ));
        }
        self.made += 1;
        let definition = Definition {
            id: self.made,
            name,
            value_type: given.text_of("DataExtType").unwrap_or("STR255TYPE").to_owned(),
            assigned: given.all("AssignToObject").map(|assigned| assigned.text.clone()).collect(),
        };
        let told = definition.told(&owner);
        self.definitions.insert(key, definition);
        Ok(told)
    }

    /// `DataExtDefQuery`.
    pub fn definitions(&self, request: &Element) -> Vec<Element> {
        let owners: Vec<String> = request.all("OwnerID").map(|owner| owner.text.to_uppercase()).collect();
        let objects: Vec<&str> = request.all("AssignToObject").map(|object| object.text.as_str()).collect();
        self.definitions
            .iter()
            .filter(|((owner, _), _)| owners.is_empty() || owners.contains(owner))
            .filter(|(_, definition)| {
                objects.is_empty() || definition.assigned.iter().any(|assigned| objects.contains(&assigned.as_str()))
            })
            .map(|((owner, _), definition)| definition.told(owner))
            .collect()
    }
}

impl Definition {
    fn told(&self, owner: &str) -> Element {
        let mut children = vec![
            Element::leaf("OwnerID", owner),
            Element::leaf("DataExtID", self.id.to_string()),
            Element::leaf("DataExtName", &self.name),
            Element::leaf("DataExtType", &self.value_type),
        ];
        children.extend(self.assigned.iter().map(|assigned| Element::leaf("AssignToObject", assigned)));
        children.push(Element::leaf("DataExtListRequire", "false"));
        children.push(Element::leaf("DataExtTxnRequire", "false"));
        children.push(Element::leaf("DataExtFormatString", ""));
        Element::group("DataExtDefRet", children)
    }
}

/// GUIDs are compared without regard to case.
fn owner_of(given: &Element) -> String {
    given.text_of("OwnerID").unwrap_or_default().to_uppercase()
}

/// `DataExtAdd` and `DataExtMod`.
pub(crate) fn write(books: &mut Books, given: &Element) -> Result<Element, Status> {
    let (object, line, kind) = subject(books, given)?;
    books.extensions.check(&kind, given)?;
    books.extensions.set(&object, line.as_deref(), given).ok_or_else(|| Status::not_found(&object))
}

/// `DataExtDel`.
pub(crate) fn delete(books: &mut Books, given: &Element) -> Result<Element, Status> {
    let (object, line, _) = subject(books, given)?;
    let name = given.text_of("DataExtName").unwrap_or_default();
    if !books.extensions.remove(&object, line.as_deref(), &owner_of(given), name) {
        return Err(Status::not_found(name));
    }
    let mut children = given.children.clone();
    children.push(Element::leaf("TimeDeleted", books.time(books.now)));
    Ok(Element::group("DataExtDelRet", children))
}

/// The object that a request's choice names: its id, its line, and its kind as AssignToObject calls it.
fn subject(books: &Books, given: &Element) -> Result<(String, Option<String>, String), Status> {
    if let Some(kind) = given.text_of("ListDataExtType") {
        let space = match kind {
            "Account" => Space::Accounts,
            "Item" => Space::Items,
            _ => Space::Names,
        };
        let reference = given.child("ListObjRef");
        let id = reference.and_then(|reference| reference.text_of("ListID"));
        let name = reference.and_then(|reference| reference.text_of("FullName")).unwrap_or_default();
        let object = match id {
            Some(id) => books.lists.get(id).ok_or_else(|| Status::gone(id))?,
            None => {
                books.find(space, name).ok_or_else(|| Status::invalid_reference(kind, name, "DataExt", NO_RECORD))?
            }
        };
        return Ok((object.id.to_string(), None, kind.to_owned()));
    }
    if let Some(kind) = given.text_of("TxnDataExtType") {
        let id = given.text_of("TxnID").unwrap_or_default();
        let txn = books.txns.get(id).filter(|txn| txn.info.name == kind).ok_or_else(|| Status::not_found(id))?;
        return Ok((txn.id.to_string(), given.text_of("TxnLineID").map(ToOwned::to_owned), kind.to_owned()));
    }
    Ok((COMPANY.to_owned(), None, COMPANY.to_owned()))
}
