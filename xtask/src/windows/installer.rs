//! The .msi: the template that `tauri build` takes on Windows, put together by wixl.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use handlebars::Handlebars;
use serde_json::json;

use super::{
    COMMAND_LINE, Made, WindowsError, at,
    product::Product,
    signing,
    wixl::{FOR_THIS_USER, for_wixl},
};
use crate::project::{DESKTOP, Project, Stop};

/// Names Microsoft's installer of the WebView2 Runtime, MicrosoftEdgeWebview2Setup.exe, where it is to be embedded.
const BOOTSTRAPPER: &str = "TILLBRIDGE_WEBVIEW2_SETUP";

/// A version that is earlier than every one, for the proof that an update takes, and keeps what is there.
pub const EARLIER: &str = "0.0.1";

/// Microsoft's library that finds the WebView2 Runtime; a program that is not built by Microsoft's compiler needs it beside
/// itself.
const LOADER: &str = "WebView2Loader.dll";

const ICON: &str = "icon.ico";

/// Where, under Cargo's target folder, the files of the product are put together.
const BUNDLE: &str = "windows/bundle";

/// What stands in an app for the kind of its installer; the updater asks for the same kind by it.
const KIND_UNKNOWN: &[u8] = b"__TAURI_BUNDLE_TYPE_VAR_UNK";
const KIND_MSI: &[u8] = b"__TAURI_BUNDLE_TYPE_VAR_MSI";

/// The update as Wine installs it.
const UPDATE: &str = "for-this-user.msi";

/// The programs of a version, signed, beside each other as the installer takes them.
struct Staged {
    folder: PathBuf,
    app: PathBuf,
    command_line: PathBuf,
    loader: PathBuf,
}

impl Staged {
    fn of(project: &Project, product: &Product, folder: PathBuf, app: &Path, programs: &Path) -> Result<Self, Stop> {
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let staged = |from: &Path| -> Result<PathBuf, Stop> {
            let to = folder.join(from.file_name().unwrap_or_default());
            let bytes = fs::read(from).map_err(at(from))?;
            fs::write(&to, of_msi(bytes)).map_err(at(&to))?;
            signing::sign_unsigned(project, &to)?;
            Ok(to)
        };
        let app = staged(app)?;
        let command_line = staged(&programs.join(format!("{COMMAND_LINE}.exe")))?;
        let loader = staged(&programs.join(LOADER))?;
        fs::copy(&product.icon, folder.join(ICON)).map_err(at(&product.icon))?;
        Ok(Self { folder, app, command_line, loader })
    }

    /// Packs them, and signs the installer.
    fn pack(&self, project: &Project, product: &Product, version: &str, to: &Path, more: &[&str]) -> Result<(), Stop> {
        write(project, product, version, &self.folder, to, more)?;
        signing::sign_unsigned(project, to)
    }
}

/// Signs the programs, packs them, and signs the installer: first for Windows, then for the updater, which checks the file
/// as it comes. `earlier` is the app as an earlier version.
pub fn package(project: &Project, product: &Product, programs: &Path, earlier: &Path) -> Result<Made, Stop> {
    let folder = project.target.join(BUNDLE);
    let of_before = Staged::of(project, product, folder.join("earlier"), earlier, programs)?;
    let now = Staged::of(project, product, folder, &programs.join(format!("{DESKTOP}.exe")), programs)?;
    let (earlier, update) = (of_before.folder.join("earlier.msi"), now.folder.join(UPDATE));
    let installer = named_in(&now.folder, product);
    of_before.pack(project, product, EARLIER, &earlier, &[])?;
    now.pack(project, product, &product.version, &installer, &[])?;
    let updater_signature = signing::sign_for_updater(project, &installer, &product.version)?;
    now.pack(project, product, &product.version, &update, &[FOR_THIS_USER])?;
    signing::sign_for_updater(project, &update, &product.version)?;
    let Staged { app, command_line, loader, .. } = now;
    Ok(Made { app, command_line, loader, installer, updater_signature, earlier, update })
}

/// Where the installer is, once it was made.
pub fn installer_in(project: &Project) -> Result<PathBuf, Stop> {
    Ok(named_in(&project.target.join(BUNDLE), &Product::read(project)?))
}

/// Named as Tauri names it.
fn named_in(folder: &Path, product: &Product) -> PathBuf {
    folder.join(format!("{}_{}_x64_en-US.msi", product.name, product.version))
}

fn of_msi(mut program: Vec<u8>) -> Vec<u8> {
    if let Some(place) = program.windows(KIND_UNKNOWN.len()).position(|part| part == KIND_UNKNOWN) {
        program[place..place + KIND_MSI.len()].copy_from_slice(KIND_MSI);
    }
    program
}

/// Has an installer made of what stands in `folder`, with `more` done to it at the end.
fn write(
    project: &Project,
    product: &Product,
    version: &str,
    folder: &Path,
    to: &Path,
    more: &[&str],
) -> Result<(), Stop> {
    let bootstrapper = std::env::var_os(BOOTSTRAPPER).map(PathBuf::from);
    if bootstrapper.is_none() {
        println!(
            "The WebView2 Runtime's installer is not embedded, because it can't be had here ({BOOTSTRAPPER} names it): \
             the .msi refuses, and says why, on a computer without the Runtime."
        );
    }
    let template = fs::read_to_string(&product.template).map_err(at(&product.template))?;
    let wix = render(&template, product, version, bootstrapper.as_deref())?;
    let for_wixl = for_wixl(&wix).map_err(|error| WindowsError::Template(error.to_string()))?;
    let source = to.with_extension("wxs");
    fs::write(&source, &for_wixl.text).map_err(at(&source))?;
    let mut wixl = Command::new("wixl");
    wixl.args(["--arch", "x64", "--output"]).arg(to).arg(&source);
    project.run(wixl.current_dir(folder))?;
    for query in for_wixl.queries.iter().map(String::as_str).chain(more.iter().copied()) {
        project.run(Command::new("msibuild").arg(to).arg("-q").arg(query))?;
    }
    Ok(())
}

/// Fills in what Tauri fills in, under Tauri's names; the last two are ours alone. wixl takes no path but one from where it
/// runs, so the files stand there.
fn render(template: &str, product: &Product, version: &str, bootstrapper: Option<&Path>) -> Result<String, Stop> {
    let mut handlebars = Handlebars::new();
    handlebars.register_escape_fn(handlebars::no_escape);
    let values = json!({
        "product_name": product.name,
        "manufacturer": product.publisher,
        "bundle_id": product.identifier,
        "version": version,
        "upgrade_code": product.upgrade_code,
        "homepage": product.homepage,
        "icon_path": ICON,
        "main_binary_name": DESKTOP,
        "main_binary_path": format!("{DESKTOP}.exe"),
        "webview2_bootstrapper_path": bootstrapper,
        "webview_installer_args": "/silent",
        "command_line_path": format!("{COMMAND_LINE}.exe"),
        "webview2_loader_path": LOADER,
    });
    let rendered = handlebars.render_template(template, &values);
    let rendered = rendered.map_err(|error| WindowsError::Template(error.to_string()))?;
    match rendered.split_once("{{") {
        Some((_, rest)) => {
            Err(WindowsError::Template(format!("{} is not filled in", rest.lines().next().unwrap_or(rest))).into())
        }
        None => Ok(rendered),
    }
}
