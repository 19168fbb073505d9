# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Build of the ament_python package ``sageiq_ros``."""

from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

NAME = 'sageiq_ros'
MANIFEST = ElementTree.parse('package.xml').getroot()
STORE = Path(NAME, 'store')

setup(
    name=NAME,
    version=MANIFEST.findtext('version'),
    description=MANIFEST.findtext('description'),
    maintainer=MANIFEST.findtext('maintainer'),
    maintainer_email=MANIFEST.find('maintainer').get('email'),
    license=MANIFEST.findtext('license'),
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    package_data={
        NAME: ['**/*.json', '**/*.jsonl', '**/*.yaml', '**/*.html']
        + [str(path.relative_to(NAME)) for path in STORE.rglob('*') if path.is_file()]
    },
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml', 'LICENSE']),
        (f'share/{NAME}/launch', sorted(map(str, Path('launch').glob('*.launch.py')))),
        (f'share/{NAME}/config', sorted(map(str, Path('config').glob('*.*')))),
        (f'share/{NAME}/examples', sorted(map(str, Path('examples').glob('*.py')))),
    ],
    python_requires='>=3.11',
    # What the package needs at run time stands in package.xml and requirements/.
    install_requires=['setuptools'],
    extras_require={
        'test': ['pytest', 'hypothesis'],
        # Data sets in parquet and MATLAB tables, and statistics.
        'experiments': ['pyarrow', 'scipy'],
        'torch': ['torch'],
        'transformers': ['torch', 'transformers'],
        'bitsandbytes': ['torch', 'transformers', 'accelerate', 'bitsandbytes', 'xgrammar'],
        'llama_cpp': ['llama-cpp-python'],
        'onnxruntime': ['onnxruntime'],
        # The full SageIQ-M and its kin; bitsandbytes for those in nf4.
        'sageiq_m': ['torch', 'safetensors', 'pillow', 'sentencepiece', 'bitsandbytes'],
        'pyiqa': ['pyiqa', 'torch', 'torchvision'],
        'tensorrt': ['tensorrt', 'cuda-python'],
        'ray': ['ray'],
    },
    zip_safe=False,
    entry_points={
        'console_scripts': [
            'sageiq_node = sageiq_ros.nodes.sageiq_node:main',
            'sageiq_gate = sageiq_ros.nodes.gate_node:main',
            'sageiq_evaluator = sageiq_ros.nodes.evaluator:main',
            'sageiq = sageiq_ros.cli:main',
        ],
    },
)
