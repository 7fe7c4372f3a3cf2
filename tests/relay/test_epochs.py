from twinbell.relay.epochs import Epochs


def test_the_highest_epoch_is_remembered(tmp_path):
    path = tmp_path / "epochs.log"
    log = Epochs(path)
    for epoch in (1, 3, 2):
        log.note(b"a" * 16, epoch)
    log.close()

    again = Epochs(path)

    assert (again.of(b"a" * 16), again.of(b"b" * 16)) == (3, 0)
    again.close()


def test_a_line_that_a_crash_cut_is_ignored_and_the_next_is_whole(tmp_path):
    path = tmp_path / "epochs.log"
    log = Epochs(path)
    log.note(b"a" * 16, 7)
    log.note(b"b" * 16, 123)
    log.close()
    whole = path.read_bytes()

    for cut in range(len(whole.splitlines()[0]) + 1, len(whole)):
        path.write_bytes(whole[:cut])
        log = Epochs(path)
        log.note(b"c" * 16, 9)
        log.close()
        again = Epochs(path)
        assert again.of(b"a" * 16) == 7
        assert again.of(b"b" * 16) in (0, 123)
        assert again.of(b"c" * 16) == 9
        again.close()


def test_the_log_names_no_mailbox(tmp_path):
    path = tmp_path / "epochs.log"
    log = Epochs(path)
    log.note(b"\xab" * 16, 1)
    log.close()

    assert b"abababab" not in path.read_bytes()
