// Preloaded by the scripts that run tests. Each test file is a process of its own, and so are the servers that some start: with the
// sources compiled and stripped of their types already they begin with half the work.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../node_modules/.cache/loam', import.meta.url))
enableCompileCache(folder)
process.env.NODE_COMPILE_CACHE ??= folder
