//! The family of a project, from instance to instance.

use cultivar_gui::Breeding;

use crate::growth::alone;
use crate::host::Event;
use crate::windowless::Instance;

/// An instance with a turned knob and a family, and its state.
fn project() -> (Instance, Vec<u8>) {
    let mut instance = Instance::running();
    instance.sound_of(512, &[Event::Set("Filter 1 Cutoff", 0.25)]);
    instance.add_parents(&["Warm Pad", "Reese"]);
    instance.ask(Breeding::NewLitter);
    instance.wait_for_litters(1);
    instance.ask(Breeding::Love { child: 5, on: true });
    instance.wait("a heart", |family| family.children[5].loved);
    let heart = |state: &[u8]| String::from_utf8_lossy(state).contains(r#"\"loved\":true"#);
    let mut state = instance.save();
    while !heart(&state) {
        std::thread::sleep(std::time::Duration::from_millis(2));
        state = instance.save();
    }
    (instance, state)
}

#[test]
fn a_family_is_saved_in_the_project() {
    let _alone = alone();
    let (mut before, state) = project();
    let mut after = Instance::running();
    assert!(after.load(&state));
    assert_eq!(after.save(), state, "before anybody looks at it");
    after.ask(Breeding::Recall);
    let family = after.wait_for_litters(1);
    assert_eq!(family, before.gardener().family());
    assert_eq!(after.save(), state, "the same bytes");
    // Another one is had from both.
    for instance in [&before, &after] {
        instance.ask(Breeding::Plant(5));
        instance.wait_for_litters(2);
    }
    assert_eq!(after.gardener().family(), before.gardener().family());
    before.stop();
}

#[test]
fn a_damaged_family_leaves_the_patch_playing() {
    let _alone = alone();
    let (_, state) = project();
    let text = String::from_utf8_lossy(&state[8..]).into_owned();
    let damaged = text.replace(r#"\"presets\":["#, r#"\"presets\":[7,"#);
    assert_ne!(damaged, text);
    let mut bytes = (damaged.len() as u64).to_le_bytes().to_vec();
    bytes.extend(damaged.as_bytes());
    let mut host = Instance::running();
    assert!(host.load(&bytes));
    host.ask(Breeding::Recall);
    let family = host.wait("a reason", |family| family.error.is_some());
    assert!(family.error.is_some_and(|error| error.contains("cannot be read: preset 1")));
    assert!((host.value("Filter 1 Cutoff") - 0.25).abs() < 1e-6);
    let sound = host.sound_of(9600, &[Event::On(60, 1)]);
    assert!(sound.iter().flatten().any(|x| x.abs() > 0.01));
    assert_eq!(host.save(), bytes, "nothing of the project is lost");
}
