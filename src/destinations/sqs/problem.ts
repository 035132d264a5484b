// What SQS says when it takes a request or a message not, as sentences for people.
import { rejected, retry, type SendResult, tooLarge } from '../destination.ts'

/** By the codes of its JSON protocol. */
export const MEND: Record<string, string> = {
  QueueDoesNotExist: 'there is no such queue: create it, or correct queue_url',
  'AWS.SimpleQueueService.NonExistentQueue': 'there is no such queue: create it, or correct queue_url',
  AccessDeniedException: 'the access key lacks a right: it needs sqs:SendMessage on the queue',
  AccessDenied: 'the access key lacks a right: it needs sqs:SendMessage on the queue',
  InvalidClientTokenId: 'it does not know this access_key_id: correct it',
  UnrecognizedClientException: 'it does not know this access_key_id: correct it',
  InvalidSignatureException: 'the secret_access_key or the region is wrong: set them anew',
  SignatureDoesNotMatch: 'the secret_access_key or the region is wrong: set them anew',
  KmsAccessDenied:
    'the access key may not use the key that encrypts the queue: it needs kms:GenerateDataKey and kms:Decrypt',
  OverLimit: 'it is over its limits',
}

/** Failures that are about the message and no other. */
const ABOUT_MESSAGE = /InvalidMessageContents|InvalidParameterValue|MessageTooLong/

/** Of a whole request: one of its messages, or all together. An invalid parameter may be something else, which somebody mends. */
export function isAboutSize(code: string, message: string): boolean {
  return (
    code.includes('BatchRequestTooLong') || (code.includes('InvalidParameterValue') && /shorter than/i.test(message))
  )
}

export function tooLargeFor(where: string, code: string): SendResult {
  const known = code.includes('BatchRequestTooLong') ? 'BatchRequestTooLong' : 'InvalidParameterValue'
  return tooLarge(
    `${where} does not take this event (${known}): it is larger than the queue takes: raise its MaximumMessageSize, or lower max_message_bytes here`,
  )
}

export function failedEntry(failed: { Code: string; SenderFault: boolean } | undefined, where: string): SendResult {
  if (failed === undefined) return retry(`${where} did not say what became of the message`)
  const code = /^[A-Za-z0-9._#-]{1,80}$/.test(failed.Code) ? failed.Code : 'unknown'
  if (failed.SenderFault && ABOUT_MESSAGE.test(code)) {
    return rejected(`${where} does not take this event (${code}): it may be too large for the queue`)
  }
  return retry(`${where} refused the message (${code})${MEND[code] === undefined ? '' : `: ${MEND[code]}`}`)
}
