"""Two lines on one machine keep out of each other's way."""

import socket
from pathlib import Path

import pytest

from helpline.processes.places import Taken, hold_folder, hold_port


def test_a_taken_port_gives_way_to_the_next_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        held = hold_port(taken)
        assert held.number > taken
        held.release()


def test_two_lines_that_start_at_once_are_given_two_ports_before_either_listens() -> None:
    first = hold_port(18000)
    second = hold_port(18000)
    assert first.number != second.number
    first.release()
    second.release()


def test_a_port_can_be_had_again_once_it_is_given_back() -> None:
    first = hold_port(18100)
    first.release()
    again = hold_port(first.number)
    assert again.number == first.number
    again.release()


def test_one_folder_serves_one_line_at_a_time(tmp_path: Path) -> None:
    held = hold_folder(tmp_path / "var")
    with pytest.raises(Taken, match="already running"):
        hold_folder(tmp_path / "var")
    held.release()
    hold_folder(tmp_path / "var").release()
