//! What onboarding asks for: the app token, the shop's secret, what has to be so before the start, and the reset
//! that opens it again.

use std::{
    io::{self, Read},
    path::Path,
};

use jiff::Timestamp;
use ring::rand::SystemRandom;
use secrecy::{ExposeSecret, SecretString};
use sync::{
    Secrets,
    api::{self, Store},
    config::QuickBooksConfig,
    preflight::{self, Finding, Surroundings},
    reset::{self, SupportKey},
    token::{AppToken, TokenStage},
};

use crate::{
    Done, Look, Preflight, Reset, Token,
    commands::{self, Failure},
    print,
};

/// `token`.
pub fn token(asked: &Token) -> Result<Done, Failure> {
    let folder = &asked.look.data_dir;
    let config = commands::read_config(&commands::config_path(folder))?.quickbooks;
    let secrets = commands::secrets(folder);
    let store = commands::look(folder)?;
    let shown = |asked: &Token| show(&store, asked, &config, &secrets);
    match &asked.what {
        None => shown(asked),
        Some(what) if what.revoke => {
            api::revoke_app_token(&store, &config, &secrets)?.ok_or_else(|| Failure::NotSetUp(folder.clone()))?;
            print::line("The app token is of no use any more: QuickBooks can't sign in until there is a new one.");
            Ok(Done::Well)
        }
        Some(what) => {
            let there = api::app_token(&store, &config, &secrets)?.ok_or_else(|| Failure::NotSetUp(folder.clone()))?;
            if there.stage != TokenStage::NotGiven && !asked.replace {
                print::problem(&print::words(&there.message));
                print::problem("There is a token already. With --replace it is of no use any more.");
                return Ok(Done::Attention);
            }
            let token = if what.generate {
                AppToken::generate(&SystemRandom::new())?
            } else {
                AppToken::parse(pasted()?.expose_secret(), &config.user_name)?
            };
            let place = api::keep_app_token(&store, &config, &secrets, &token, asked.secrets)?;
            let place = place.ok_or_else(|| Failure::NotSetUp(folder.clone()))?;
            if what.generate {
                print::line(token.secret().expose_secret());
                print::line(
                    "Type it into the Web Connector's password field for Tillbridge, once. It is not shown again.",
                );
            }
            print::line(&format!("Kept in: {place}"));
            shown(asked)
        }
    }
}

fn show(store: &Store, asked: &Token, config: &QuickBooksConfig, secrets: &Secrets) -> Result<Done, Failure> {
    let folder = &asked.look.data_dir;
    let view = api::app_token(store, config, secrets)?.ok_or_else(|| Failure::NotSetUp(folder.clone()))?;
    if asked.look.json {
        print::json(&view);
    } else {
        print::line(&print::words(&view.message));
        if let Some(refused) = &view.refused {
            print::problem(&print::words(refused));
        }
    }
    let fine = view.stage != TokenStage::NotGiven && view.refused.is_none();
    Ok(if fine { Done::Well } else { Done::Attention })
}

/// `preflight`.
pub async fn preflight(asked: &Preflight) -> Result<Done, Failure> {
    let folder = &asked.look.data_dir;
    let config = commands::read_config(&commands::config_path(folder))?;
    let writes = asked.confirm.is_some() || asked.create_tax_item;
    let store = if writes { commands::open(folder)? } else { Store::read_only(folder).map_err(api::ApiError::from)? };
    if let Some(what) = asked.confirm {
        preflight::confirm(&store, what, Timestamp::now())?;
    }
    if asked.create_tax_item {
        preflight::create_tax_item(&store, Timestamp::now())?;
    }
    let found = preflight::preflight(&store, Some(&config), &commands::secrets(folder), &Surroundings::here()).await?;
    if asked.look.json {
        print::json(&found);
    } else {
        for point in &found.points {
            let mark = match point.finding {
                Finding::Found => "+",
                Finding::NotFound => "!",
                Finding::CantTell => "?",
            };
            print::line(&format!("{mark} {}", print::words(&point.message)));
        }
    }
    Ok(if found.is_clear() { Done::Well } else { Done::Attention })
}

/// `secret`.
pub fn secret(folder: &Path, config: Option<&Path>) -> Result<Done, Failure> {
    let kept = commands::config_path(folder);
    let config = commands::read_config(config.unwrap_or(&kept))?;
    let place = config.shop.secret_place();
    let secret = pasted()?;
    if secret.expose_secret().trim().is_empty() {
        return Err(Failure::NoInput);
    }
    commands::secrets(folder).write(place, &secret).map_err(api::ApiError::from)?;
    print::line(&format!("Kept in: {place}"));
    Ok(Done::Well)
}

/// What came on standard input.
fn pasted() -> Result<SecretString, Failure> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| Failure::File { path: "standard input".into(), error })?;
    Ok(text.into())
}

/// `reset`.
pub fn reset(asked: &Reset) -> Result<Done, Failure> {
    let Look { data_dir, json } = &asked.look;
    let Some(code) = &asked.code else {
        let store = Store::read_only(data_dir).map_err(api::ApiError::from)?;
        let request = reset::request(&store)?;
        if *json {
            print::json(&request);
        } else {
            print::line(&format!("Installation:  {}", request.installation));
            print::line(&format!("Company file:  {}", request.company_file));
            print::line(&format!("Request:       {}", request.request));
            print::line("Give the request to support, and enter the code that comes back with --code.");
        }
        return Ok(Done::Well);
    };
    let done = reset::carry_out(&commands::open(data_dir)?, code, SupportKey::built_in(), Timestamp::now())?;
    if *json {
        print::json(&done);
    } else {
        print::line(&print::words(&done.message()));
    }
    Ok(Done::Well)
}
