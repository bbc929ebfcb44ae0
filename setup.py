"""What pre-commit installs where this repository is a hook: nothing of its own, but the wheel.

The package itself is made by maturin, from python/pyproject.toml.
"""

from setuptools import setup

setup(
    name="lockgate-pre-commit",
    version="0.0.0",
    packages=[],
    py_modules=[],
    install_requires=["lockgate==0.1.0"],
)
