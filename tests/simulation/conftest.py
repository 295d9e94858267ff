"""An ensemble that nothing disturbed, with its folder: made anew for each file of tests."""

import pytest
from ensembles import small


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return small().run(folder, "threads"), folder
