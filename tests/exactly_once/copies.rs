//! Files that are not what they were: another company's, an older copy of the company's, an older copy of our own data.

use std::fs;

use simulator::{
    company::{Company, Edition, Setup},
    connector::End,
};
use whole_system_tests::{World, copy_folder, trade};

/// What the engine told the Web Connector when it ended the session.
fn refusal(world: &mut World) -> String {
    match world.session().end {
        End::ServerError(message) => message,
        other => panic!("the session was not refused: {other:?}"),
    }
}

#[test]
fn the_file_of_another_company_is_refused_and_left_alone() {
    let mut world = World::new(&trade(20));
    world.finish();
    world.shop.advance(3);
    world.start();
    let foreign = world.folder().join("foreign.simulated");
    let foreign = Company::create(&foreign, Setup::new(Edition::Pro)).unwrap();
    let before = fs::read(foreign.path()).unwrap();
    let ours = std::mem::replace(&mut world.company, foreign);
    let said = refusal(&mut world);
    assert!(said.contains("foreign.simulated") && said.contains("company.simulated"), "{said}");
    assert_eq!(fs::read(world.company.path()).unwrap(), before, "something was written");
    assert_eq!(world.attention(), ["company.wrong_file"]);
    world.company = ours;
    world.settle();
    world.assert_exactly_once();
}

#[test]
fn a_company_file_of_another_installation_is_refused() {
    let mut first = World::new(&trade(20));
    first.finish();
    let mut second = first.another();
    second.start();
    second.company = Company::create(&second.folder().join("spare"), Setup::new(Edition::Pro)).unwrap();
    std::mem::swap(&mut first.company, &mut second.company);
    let before = second.company.transactions();
    refusal(&mut second);
    assert_eq!(second.company.transactions(), before);
    assert_eq!(second.attention(), ["company.paired_elsewhere"]);
}

#[test]
fn an_older_copy_of_our_own_data_posts_nothing_twice() {
    let mut world = World::new(&trade(20));
    world.finish();
    world.kill();
    let aside = world.folder().join("aside");
    copy_folder(&world.data_path(), &aside);
    for _ in 0..3 {
        world.shop.advance(6);
        world.finish();
    }
    world.kill();
    fs::remove_dir_all(world.data_path()).unwrap();
    copy_folder(&aside, &world.data_path());
    // Sales of after the restore come along with those that it forgot.
    world.shop.advance(6);
    world.finish();
    world.assert_exactly_once();
    world.assert_same_as_undisturbed();
}

#[test]
fn an_older_copy_of_our_own_data_with_a_message_set_under_way_posts_nothing_twice() {
    let mut world = World::new(&trade(30));
    world.start();
    let aside = world.folder().join("aside");
    // The copy is made when the second message set of entries is out: QuickBooks books it, and more, later.
    let (from, to) = (world.data_path(), aside.clone());
    world.session_with(|connector, program| {
        let killer = program.killer();
        connector.on_point = Some(Box::new(move |point| {
            if point.call == 46 {
                killer();
                if !to.exists() {
                    copy_folder(&from, &to);
                }
            }
        }));
    });
    assert!(aside.exists() && world.status("uncertain") > 0);
    for _ in 0..2 {
        world.finish();
        world.shop.advance(6);
    }
    world.kill();
    fs::remove_dir_all(world.data_path()).unwrap();
    copy_folder(&aside, &world.data_path());
    world.finish();
    world.assert_exactly_once();
    world.assert_same_as_undisturbed();
}

#[test]
fn an_older_copy_of_the_company_file_is_noticed_and_nothing_is_posted_again_alone() {
    let mut world = World::new(&trade(20));
    world.finish();
    let copy = fs::read(world.company.path()).unwrap();
    world.shop.advance(8);
    world.finish();
    world.assert_exactly_once();
    let all = world.company.transactions().len();
    world.restore_company(&copy);
    let restored = world.company.transactions().len();
    assert!(restored < all);
    world.shop.advance(1);
    world.start();
    for _ in 0..3 {
        world.session();
    }
    assert!(world.company.transactions().len() <= restored + 3, "what was lost was posted again, unasked");
    assert!(!world.attention().is_empty(), "nobody was told");
}
