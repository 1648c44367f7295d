//! Gives the program for Windows its icon and what Windows shows of its version.

use std::{env, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=../../src-tauri/icons/icon.ico");
    if env::var_os("CARGO_CFG_WINDOWS").is_some() {
        let mut resource = winresource::WindowsResource::new();
        resource.set_icon("../../src-tauri/icons/icon.ico");
        resource.set("ProductName", "Tillbridge").set("LegalCopyright", "Tillbridge contributors");
        resource.compile()?;
    }
    Ok(())
}
