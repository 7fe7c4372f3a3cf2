"""Start-up counts: what most commands need stays free of what few commands need."""

import subprocess
import sys

import pytest

HEAVY = {
    "twinbell.crypto.hpke": ["ed25519", "mnemonic", "shamir_mnemonic", "py_arkworks", "asyncio", "secrets"],
    "twinbell.crypto.words": ["cryptography", "mnemonic", "shamir_mnemonic"],
    "twinbell.crypto.shares": ["cryptography", "mnemonic", "shamir_mnemonic"],
    "twinbell.crypto.sshsig": ["mlkem", "mnemonic", "shamir_mnemonic", "secrets"],
}


@pytest.mark.parametrize("module", HEAVY)
def test_a_module_brings_only_what_it_uses(module):
    code = f"import {module}, sys; print(*sys.modules, sep='\\n')"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    ours = [name for name in loaded.split() if "_rust" not in name]
    for heavy in HEAVY[module]:
        assert not [name for name in ours if heavy in name], heavy
