// Writes docs/openapi.json and docs/errors.md from the code: `node test/write-openapi.ts`.
import { writeFileSync } from 'node:fs'
import { ERRORS_FILE, errorsText, OPENAPI_FILE, openApiText } from './generated-docs.ts'

writeFileSync(OPENAPI_FILE, openApiText())
writeFileSync(ERRORS_FILE, errorsText())
