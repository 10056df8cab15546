"""MNIST-1D, generated: the published data, without a network and without anybody's random numbers."""

from pathlib import Path

import numpy as np
import pytest

from autograder import mnist1d

# Every 40th row of mnist1d_data.pkl of github.com/greydanus/mnist1d at 7878d96082, as float64.
FROZEN = Path(__file__).resolve().parents[1] / "data" / "mnist1d_rows.npz"


@pytest.fixture(scope="module")
def data():
    """The data set of the published seed."""
    return mnist1d.generate()


def test_it_is_the_frozen_data_set(data):
    """Every row that is kept here is the published one to 1e-12, and so is every label."""
    with np.load(FROZEN) as frozen:
        for name in ("x", "x_test"):
            assert np.abs(getattr(data, name)[::40] - frozen[name]).max() < 1e-12
        for name in ("y", "y_test"):
            assert (getattr(data, name) == frozen[name]).all()
    assert (data.x.shape, data.y.shape, data.x_test.shape, data.y_test.shape) == (
        (4000, 40),
        (4000,),
        (1000, 40),
        (1000,),
    )


def test_another_seed_is_another_draw_and_nobody_elses(data):
    """Classes are balanced, values standardized; numpy's own random numbers go on as if nothing had been."""
    np.random.seed(7)
    expected = np.random.rand()
    np.random.seed(7)
    other = mnist1d.generate(seed=1, samples=500)
    assert np.random.rand() == expected
    both = np.concatenate([other.x, other.x_test])
    assert (both.shape, abs(both.mean()) < 1e-12, abs(both.std() - 1) < 1e-12) == ((500, 40), True, True)
    assert (np.bincount(np.concatenate([other.y, other.y_test])) == 50).all()
    assert not np.allclose(other.x, data.x[:400])


def test_the_cache_gives_the_same_and_a_torn_file_is_made_again(tmp_path, monkeypatch):
    """What is on disk is used; what cannot be read, or a folder that cannot be written, costs a second and no more."""
    first = mnist1d.load(3, tmp_path)
    (kept,) = tmp_path.iterdir()
    monkeypatch.setattr(mnist1d, "generate", lambda seed: pytest.fail("generated again"))
    assert np.array_equal(mnist1d.load(3, tmp_path).x, first.x)
    monkeypatch.undo()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert np.array_equal(mnist1d.load(3, tmp_path).x, first.x)
    (tmp_path / "file").write_text("not a folder")
    assert np.array_equal(mnist1d.load(3, tmp_path / "file").x, first.x)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", kept.name]
