//! Who gets in, and how long the others wait.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::Instant;
use web_connector::{ClientVersion, Keeper, Refusal, Secret, SignIn};

use crate::support::{Endpoint, PASSWORD, Script, USER, config};

#[tokio::test(start_paused = true)]
async fn a_stranger_learns_nothing_from_the_answer() {
    let endpoint = Endpoint::new(Script::default());
    for (user, password) in [("nobody", PASSWORD), (USER, "wrong"), ("", ""), (USER, ""), ("TILL", PASSWORD)] {
        let (ticket, verdict) = endpoint.sign_in_as(user, password).await;
        assert_eq!(verdict, "nvu");
        assert_eq!(ticket.len(), 36);
        assert_eq!(endpoint.next(&ticket).await, "", "the ticket that comes with it opens nothing");
    }
    assert_eq!(endpoint.agent.asked(), []);
}

async fn seconds_of_a_sign_in(endpoint: &Endpoint, password: &str) -> f64 {
    let start = Instant::now();
    endpoint.sign_in_as(USER, password).await;
    start.elapsed().as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn each_failed_sign_in_makes_the_next_one_wait_longer_up_to_eight_seconds() {
    let endpoint = Endpoint::new(Script::default());
    for least in [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0] {
        let waited = seconds_of_a_sign_in(&endpoint, "wrong").await;
        assert!((least..least + 0.4).contains(&waited), "waited {waited} s, not {least} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_forgets_the_failures_and_time_that_passed_counts() {
    let endpoint = Endpoint::new(Script::default());
    for _ in 0..4 {
        seconds_of_a_sign_in(&endpoint, "wrong").await;
    }
    assert!(seconds_of_a_sign_in(&endpoint, PASSWORD).await >= 4.0);
    assert!(seconds_of_a_sign_in(&endpoint, PASSWORD).await < 0.4);
    seconds_of_a_sign_in(&endpoint, "wrong").await;
    endpoint.clock.advance(Duration::from_millis(500));
    assert!(seconds_of_a_sign_in(&endpoint, PASSWORD).await < 0.4);
}

#[tokio::test(start_paused = true)]
async fn guesses_that_come_at_once_wait_for_each_other() {
    let endpoint = Endpoint::new(Script::default());
    let start = Instant::now();
    let guess = || endpoint.sign_in_as(USER, "wrong");
    tokio::join!(guess(), guess(), guess(), guess());
    assert!(start.elapsed() >= Duration::from_millis(3500), "0 + 0.5 + 1 + 2 seconds");
}

#[test]
fn a_secret_is_proven_by_itself_alone_and_never_shown() {
    let secret = Secret::new(PASSWORD);
    assert!(secret.proves(PASSWORD));
    assert!(!secret.proves(""));
    assert!(!secret.proves(&PASSWORD[1..]));
    assert!(!secret.proves(&format!("{PASSWORD} ")));
    assert_eq!(format!("{secret:?}"), "Secret(..)");
}

#[tokio::test(start_paused = true)]
async fn the_program_learns_what_was_wrong_with_a_sign_in_and_the_other_side_does_not() {
    const TOKEN: &str = "KX7M-42PQ";
    let endpoint = Endpoint::with_keeper(Script::default(), config(), Secret::new(TOKEN));
    let two_lines = format!("{TOKEN}\r\n{TOKEN}\r\n");
    let offers = [
        (USER, "wrong".to_owned(), Refusal::OtherPassword),
        ("nobody", TOKEN.to_owned(), Refusal::OtherUserName),
        ("nobody", "wrong".to_owned(), Refusal::OtherPassword),
        (USER, String::new(), Refusal::Empty),
        (USER, " \t ".to_owned(), Refusal::Empty),
        (USER, format!(" {TOKEN}\r\n"), Refusal::WithSpaces),
        (USER, "KX7M -42 PQ".to_owned(), Refusal::WithSpaces),
        (USER, format!("\"{TOKEN}\""), Refusal::WithQuotes),
        (USER, format!("\u{201c}{TOKEN}\u{201d}"), Refusal::WithQuotes),
        (USER, TOKEN.repeat(2), Refusal::Twice),
        (USER, two_lines, Refusal::Twice),
        (USER, TOKEN[1..].to_owned(), Refusal::OtherPassword),
    ];
    let mut expected = Vec::new();
    for (user, password, refusal) in offers {
        assert_eq!(endpoint.sign_in_as(user, &password).await.1, "nvu");
        expected.push(SignIn::Refused(refusal));
    }
    assert_eq!(endpoint.sign_in_as(USER, TOKEN).await.1, "");
    expected.push(SignIn::Proven { fingerprint: Secret::new(TOKEN).fingerprint() });
    assert_eq!(*endpoint.agent.sign_ins.lock().unwrap(), expected);
}

#[derive(Clone, Default)]
struct Drawer(Arc<Mutex<Option<Secret>>>);

impl Keeper for Drawer {
    fn secret(&self) -> Option<Secret> {
        self.0.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_password_that_was_replaced_or_taken_away_is_of_no_use_from_then_on() {
    let drawer = Drawer::default();
    let endpoint = Endpoint::with_keeper(Script::default(), config(), drawer.clone());
    let verdict = async |password| endpoint.sign_in_as(USER, password).await.1;
    assert_eq!(verdict(PASSWORD).await, "nvu", "nobody gets in without a password");
    *drawer.0.lock().unwrap() = Some(Secret::new(PASSWORD));
    assert_eq!(verdict(PASSWORD).await, "");
    *drawer.0.lock().unwrap() = Some(Secret::new("another"));
    assert_eq!(verdict(PASSWORD).await, "nvu");
    assert_eq!(verdict("another").await, "");
    *drawer.0.lock().unwrap() = None;
    assert_eq!(verdict("another").await, "nvu");
    assert_eq!(endpoint.agent.sign_ins.lock().unwrap().first(), Some(&SignIn::Refused(Refusal::NoPassword)));
}

#[test]
fn fingerprints_tell_passwords_apart() {
    let fingerprint = Secret::new(PASSWORD).fingerprint();
    assert_eq!(fingerprint.len(), 6);
    assert_eq!(fingerprint, Secret::new(PASSWORD).fingerprint());
    assert_ne!(fingerprint, Secret::new("another").fingerprint());
}

#[tokio::test]
async fn only_an_older_web_connector_than_the_minimum_is_stopped() {
    let mut config = config();
    config.minimum_client_version = Some("2.2.0.71".parse().unwrap());
    let endpoint = Endpoint::with_config(Script::default(), config);
    for (told, verdict) in [
        ("2.1.0.30", "O:2.2.0.71"),
        ("2.2.0.9", "O:2.2.0.71"),
        ("2.2", "O:2.2.0.71"),
        ("2.2.0.71", ""),
        ("2.3.0.36", ""),
        ("2.10.0.1", ""),
        ("34.0.10012.5", ""),
        ("a newer way to say it", ""),
        ("2.3.0.215.1", ""),
        ("", ""),
    ] {
        assert_eq!(endpoint.result("clientVersion", &[("strVersion", told)]).await, verdict, "{told}");
    }
}

#[test]
fn versions_are_compared_as_numbers() {
    let version = |text: &str| text.parse::<ClientVersion>().unwrap();
    assert!(version("2.3.0.36") < version("2.3.0.215"));
    assert!(version("2.3") < version("34.0.1"));
    assert_eq!(version("2.3"), version("2.3.0.0"));
    assert_eq!(version("2.3").to_string(), "2.3.0.0");
    for wrong in ["", "2.", "2.x", "-1", "1.2.3.4.5", "99999999999"] {
        assert!(wrong.parse::<ClientVersion>().is_err(), "{wrong}");
    }
}
