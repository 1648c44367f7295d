//! What the product is called: tauri.conf.json and Cargo.toml say it, and nothing else does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{WindowsError, at};
use crate::project::{Project, Stop};

/// Names and ids, as the installer carries them.
#[derive(Debug)]
pub struct Product {
    /// The name that people see.
    pub name: String,
    /// Who publishes it.
    pub publisher: String,
    /// The app's id; Tauri names the data folder by it.
    pub identifier: String,
    /// The version of the workspace.
    pub version: String,
    /// By which Windows knows all versions as one product.
    pub upgrade_code: String,
    /// The product's page, if it has one.
    pub homepage: Option<String>,
    /// The installer's text.
    pub template: PathBuf,
    /// The icon, as Windows wants it.
    pub icon: PathBuf,
}

impl Product {
    /// Reads them.
    pub fn read(project: &Project) -> Result<Self, Stop> {
        let path = project.root.join("tauri.conf.json");
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let config: Value = serde_json::from_str(&text).map_err(|_| WindowsError::NotConfigured("anything"))?;
        let text = |pointer: &'static str| {
            let found = config.pointer(pointer).and_then(Value::as_str);
            found.map(str::to_owned).ok_or(WindowsError::NotConfigured(pointer))
        };
        let icons = config.pointer("/bundle/icon").and_then(Value::as_array).into_iter().flatten();
        let icon = icons
            .filter_map(Value::as_str)
            .map(Path::new)
            .find(|icon| icon.extension().is_some_and(|ending| ending == "ico"));
        Ok(Self {
            name: text("/productName")?,
            publisher: text("/bundle/publisher")?,
            identifier: text("/identifier")?,
            version: project.version.clone(),
            upgrade_code: text("/bundle/windows/wix/upgradeCode")?,
            homepage: text("/bundle/homepage").ok(),
            template: project.root.join(text("/bundle/windows/wix/template")?),
            icon: project.root.join(icon.ok_or(WindowsError::NotConfigured("an icon for Windows"))?),
        })
    }
}
