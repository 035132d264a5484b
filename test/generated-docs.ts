// The API's documents as the code says they should be.
import { ERROR_CODES } from '../src/api/http/error-codes.ts'
import { openApiDocument } from '../src/api/openapi.ts'
import { allOperations } from '../src/api/operations.ts'
import { VERSION } from '../src/api/version.ts'

export const OPENAPI_FILE = new URL('../docs/openapi.json', import.meta.url)
export const ERRORS_FILE = new URL('../docs/errors.md', import.meta.url)

export function openApi() {
  return openApiDocument({ version: VERSION, serverUrl: 'http://localhost:4000', operations: allOperations() })
}

export function openApiText(): string {
  return `${JSON.stringify(openApi(), null, 2)}\n`
}

export function errorsText(): string {
  const sections = Object.entries(ERROR_CODES).map(
    ([code, { statuses, meaning, remedy }]) => `## ${code}\n\nHTTP ${statuses.join(', ')}. ${meaning}\n\n${remedy}\n`,
  )
  return `# Errors

Every error of the API is an \`application/problem+json\` body. Programs look at \`code\`, which is stable; people read
\`message\`, and name \`reference\` when they report a problem. This page is made from \`src/api/http/error-codes.ts\`.

\`\`\`json
{
  "type": "about:blank",
  "title": "not found",
  "instance": "/v2/userInfo?user_id=…",
  "detail": "user not found",
  "status": "error",
  "message": "user not found",
  "code": "user_not_found",
  "docs": "https://loam.example/docs/errors#user_not_found",
  "reference": "0f0c5c52-6a0e-4f3e-9a55-0d7a8b4c1e2d"
}
\`\`\`

${sections.join('\n')}`
}
