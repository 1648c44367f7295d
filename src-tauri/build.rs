//! Prepares Tauri's context. The root package is the app, so Tauri's defaults, which are relative to the package, are
//! pointed at `src-tauri/`.

// This is how a build script talks to Cargo.
#![allow(clippy::print_stdout)]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With permissions of its own the app's commands are closed unless a capability lists them; without any, every
    // command would be open to every window.
    let manifest = tauri_build::AppManifest::new().permissions_path_pattern("src-tauri/permissions/*.toml");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/*.json")
        .app_manifest(manifest);
    tauri_build::try_build(attributes)?;
    // Tauri looks for changes in its default folders alone.
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    Ok(())
}
